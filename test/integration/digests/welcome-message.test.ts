import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import { beforeEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { resubscribe, undoTokenFor, unsubscribe } from '../../../src/account/unsubscribe.ts'
import { addDays, type Day, dayOf, midnight } from '../../../src/core/dates.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import type { WelcomeMessage } from '../../../src/digests/welcome-message.ts'
import { openComposer } from '../../../src/emails/compose-message.ts'
import { counted, fill, words } from '../../../src/i18n/words.ts'
import type { TakenMessage } from '../../../src/mail/message.ts'
import { takeMessages } from '../../../src/mail/outbox/message.repo.ts'
import { recordListings } from '../../../src/papers/listing.repo.ts'
import { readLink } from '../../../src/subscribers/links.ts'
import { parseTopic } from '../../../src/subscribers/read-signup.ts'
import { setTopics } from '../../../src/subscribers/topic.repo.ts'
import { emptyTables } from '../../support/database.ts'
import { withLetters } from '../../support/emails.ts'
import { mailed } from '../../support/mailed-links.ts'
import {
  confirmToken,
  get,
  NOW,
  post,
  subscribeThroughSite,
  unsubscribeToken,
  useSite,
} from '../../support/site.ts'

const EMAIL = 'ann@example.com'
const TODAY = dayOf(NOW)

const site = useSite()

// Papers are kept in memory for a minute, and the ids of each test begin at 1.
let minutes = 0
beforeEach(() => site.clock.moveTo(later(NOW)))
const later = (at: Date): Date => new Date(at.getTime() + ++minutes * 61_000)

async function listed(day: Day, ...titles: string[]): Promise<void> {
  const records = titles.map((title, i) => ({
    keys: [],
    title,
    abstract: `This is about ${title}.`,
    authors: ['A. Author'],
    categories: [],
    keywords: [],
    votes: 100 - i,
  }))
  await recordListings(site.db, { source: 'huggingface', day, records, now: midnight(day) })
}

const welcomeRows = (address: string) =>
  site.db.message.findMany({
    where: { kind: 'welcome', toAddress: address },
    orderBy: { batchId: 'asc' },
  })

type WelcomeRow = Awaited<ReturnType<typeof welcomeRows>>[number]

const taken = (row: WelcomeRow): TakenMessage => ({
  ...row,
  localDate: dayOf(row.localDate),
  toAddress: row.toAddress!,
  digestContent: null,
  attempts: 1,
  uncertainBefore: false,
})

/** The contents of the welcomes of an address, once each is composed. */
async function welcomes(address = EMAIL): Promise<WelcomeMessage[]> {
  const compose = await openComposer(site.deps)
  for (const row of await welcomeRows(address)) await compose(taken(row))
  return (await welcomeRows(address)).map(({ content }) => content as unknown as WelcomeMessage)
}

async function mailOf(address = EMAIL) {
  const [row] = await welcomeRows(address)
  const compose = await openComposer(site.deps)
  const message = taken(row!)
  const [{ raw }, again] = [await compose(message), await compose({ ...message, attempts: 2 })]
  expect(again.raw).toEqual(raw)
  return { mail: await simpleParser(raw), raw: raw.toString() }
}

const titlesIn = ({ content }: WelcomeMessage): string[] =>
  content?.sections.flatMap(({ papers }) =>
    papers.map(({ title }) => title.map(({ text }) => text).join('')),
  ) ?? []

describe('the welcome of a confirmed subscriber', () => {
  test('has the papers of the newest day that matched, the next date, and valid links', async () => {
    await listed('2026-11-19', 'Robots of old')
    await listed('2026-11-20', 'Robots 1', 'Robots 2', 'Graphs')
    await listed(TODAY, 'Robots of today')
    await subscribeThroughSite(site, EMAIL, { topic: 'robots, seas', zone: 'Asia/Tokyo' })
    const [welcome] = await welcomes()
    expect(welcome).toMatchObject({
      nothingMatched: false,
      topics: ['robots', 'seas'],
      papers: [2, 3],
      next: '2026-11-25',
      hour: 8,
      zone: 'Asia/Tokyo',
      confirmedOn: TODAY,
      epoch: 0,
    })
    const { mail, raw } = await mailOf()
    expect(mail.subject).toBe(counted(2, words.emails.welcome.subject, { title: 'Robots 1', more: 1 }))
    const date = { day: 'Wednesday 25 November 2026', hour: '08:00', zone: 'Asia/Tokyo' }
    const first = fill(words.emails.welcome.first, date)
    for (const part of [mail.text!, mail.html as string]) {
      expect(part).toMatch(/Robots(<\/mark>)? 1/)
      expect(part.replace(/\s+/g, ' ')).toContain(first)
      expect(part).toContain(fill(words.emails.digest.lead.listed, { dates: '20 Nov' }))
      expect(part).not.toMatch(/Robots(<\/mark>)? of/)
    }
    expect(raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click/m)
    const { id } = await site.db.subscriber.findFirstOrThrow()
    const tokenOf = (path: string) => mail.text!.match(new RegExp(`/${path}/([\\w-]+)`))![1]!
    const read = (purpose: 'manage' | 'unsubscribe') =>
      readLink(tokenOf(purpose), purpose, site.deps.config.APP_SECRET, site.clock.now())
    expect(read('manage')).toMatchObject({ id, epoch: 0 })
    expect(read('unsubscribe')).toMatchObject({ id })
  })

  test('has the best of the day before that of the first digest, without topics', async () => {
    await listed('2026-11-20', 'Robots', 'Graphs')
    await listed('2026-11-23', 'Of Monday')
    await subscribeThroughSite(site, EMAIL)
    expect((await welcomes()).map(titlesIn)).toEqual([['Robots', 'Graphs']])
  })

  test('lists the topics if nothing matched, with a link to change them', async () => {
    await listed('2026-11-20', 'Graphs')
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    expect(await welcomes()).toMatchObject([{ content: null, nothingMatched: true, papers: [] }])
    const { mail } = await mailOf()
    expect(mail.subject).toBe(fill(words.emails.welcome.subjectAlone, { date: 'Wed 25 Nov' }))
    for (const part of [mail.text!, mail.html as string]) {
      expect(part).toContain(words.emails.welcome.nothingHint)
      expect(part).toContain('robots')
      expect(part).toMatch(/\/manage\//)
    }
  })

  test('counts the papers of today if only those matched', async () => {
    await listed('2026-11-20', 'Graphs')
    await listed(TODAY, 'Robots of today', 'More robots', 'Graphs of today')
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    expect(await welcomes()).toMatchObject([{ content: null, nothingMatched: false, matchedToday: 2 }])
    const { mail } = await mailOf()
    for (const part of [mail.text!.replace(/\s+/g, ' '), withLetters(mail.html as string)]) {
      expect(part).toContain(counted(2, words.emails.welcome.today))
      expect(part).not.toContain(words.emails.welcome.nothing)
    }
  })

  test('counts the papers that were sent before if only those matched', async () => {
    await listed('2026-11-20', 'Robots')
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    expect((await welcomes()).map(titlesIn)).toEqual([['Robots']])
    await site.db.message.updateMany({ where: { kind: 'welcome' }, data: { state: 'accepted' } })
    await unsubscribe(site.deps, { token: await unsubscribeToken(site, EMAIL), how: 'page' })
    site.clock.moveTo(later(NOW))
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    const [, second] = await welcomes()
    expect(second).toMatchObject({ content: null, nothingMatched: false, matchedToday: 0, mailedBefore: 1 })
    const { text } = await mailed(site, 'welcome', EMAIL)
    expect(text.replace(/\s+/g, ' ')).toContain(counted(1, words.emails.welcome.before))
    expect(text).not.toContain(words.emails.welcome.nothing)
  })

  test('links to a page with the same papers and those beyond the cap', async () => {
    await listed('2026-11-20', 'Robots 1', 'Robots 2', 'Robots 3')
    await subscribeThroughSite(site, EMAIL, { topic: 'robots', max: '1' })
    const { text } = await mailed(site, 'welcome', EMAIL)
    const [, view] = text.match(/\s(\S+\/digest\/[\w-]+)\s/)!
    expect(text).toContain(`${counted(2, words.emails.digest.seeOthers)}:\n${view}#more`)
    const { statusCode, body } = await get(site, new URL(view!).pathname)
    expect(statusCode).toBe(200)
    for (const part of ['<mark>Robots</mark> 1', 'id="more"', 'Robots 3']) expect(body).toContain(part)
  })

  test('does not list the topics if there are no papers at all', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    expect(await welcomes()).toMatchObject([{ content: null, nothingMatched: false }])
    expect((await mailOf()).mail.text).not.toContain(words.emails.welcome.nothing)
  })

  test('has the format and detail of the subscriber', async () => {
    await listed('2026-11-20', 'Robots')
    await subscribeThroughSite(site, EMAIL, { topic: 'robots', format: 'text' })
    await subscribeThroughSite(site, 'bob@example.com', { topic: 'robots', detail: 'titles' })
    expect((await mailOf()).mail.html).toBe(false)
    const { mail } = await mailOf('bob@example.com')
    expect(mail.text).toContain('Robots')
    expect(mail.text).not.toContain('This is about')
  })

  test('is enqueued once, also after five confirmations at once', async () => {
    await post(site, '/subscribe', { email: EMAIL })
    const token = await confirmToken(site, EMAIL)
    await Promise.all(Array.from({ length: 5 }, () => post(site, `/confirm/${token}`)))
    expect(await welcomes()).toHaveLength(1)
  })

  test('is sent without papers if they cannot be selected', async () => {
    await listed('2026-11-20', 'Robots')
    await post(site, '/subscribe', { email: EMAIL, topic: 'robots' })
    const token = await confirmToken(site, EMAIL)
    await post(site, `/confirm/${token}`)
    await site.db.$executeRawUnsafe('alter table listing rename to hidden')
    try {
      await welcomes()
    } finally {
      await site.db.$executeRawUnsafe('alter table hidden rename to listing')
    }
    expect(await welcomes()).toMatchObject([{ content: null, papers: [], nothingMatched: false }])
    expect(site.logged.join('')).toContain('welcome.failed')
  })

  test('has its papers selected once, when it is sent', async () => {
    await listed('2026-11-20', 'Robots 1')
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    const [row] = await welcomeRows(EMAIL)
    expect(Object.keys(row!.content as object)).not.toContain('papers')
    const { raw } = await mailOf()
    await listed('2026-11-20', 'Robots 2')
    expect(await welcomes()).toMatchObject([{ papers: [1] }])
    expect((await mailOf()).raw).toBe(raw)
  })

  test('lists the topics with which it was composed, not those of the confirmation', async () => {
    await listed('2026-11-20', 'Graphs')
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    const { id: subscriberId } = await site.db.subscriber.findFirstOrThrow()
    await setTopics(site.db, { subscriberId, topics: [parseTopic('seas')] })
    expect(await welcomes()).toMatchObject([{ topics: ['seas'], nothingMatched: true }])
    const { text } = (await mailOf()).mail
    expect(text).toContain('seas')
    expect(text).not.toContain('robots')
  })

  test('is composed once, also if two workers compose it at the same time', async () => {
    await listed('2026-11-20', 'Robots 1')
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    const [row] = await welcomeRows(EMAIL)
    const compose = await openComposer(site.deps)
    const [first, second] = await Promise.all([compose(taken(row!)), compose(taken(row!))])
    expect(second.raw).toEqual(first.raw)
  })

  test('is sent without papers if the search thread fails', async () => {
    await listed('2026-11-20', 'Robots 1')
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    const searchThread = { run: () => Promise.reject(new Error('the thread ended')) }
    const compose = await openComposer({ ...site.deps, searchThread })
    const [row] = await welcomeRows(EMAIL)
    expect((await simpleParser((await compose(taken(row!))).raw)).text).toContain(
      words.emails.welcome.heading,
    )
    expect(await welcomes()).toMatchObject([{ content: null, papers: [] }])
    expect(site.logged.join('')).toContain('the thread ended')
  })
})

describe('a welcome', () => {
  test('is not enqueued for topics that are added, nor for an undone unsubscribe', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    await subscribeThroughSite(site, EMAIL, { topic: 'graphs' })
    expect(await site.db.topic.count()).toBe(2)
    const token = await unsubscribeToken(site, EMAIL)
    await unsubscribe(site.deps, { token, how: 'page' })
    const undo = await undoTokenFor(site.deps, token)
    await resubscribe(site.deps, undo!)
    expect(await welcomes()).toHaveLength(1)
  })

  test('is not enqueued for a subscriber whom the operator adds', async () => {
    await addSubscriber(site.deps, { email: EMAIL, topics: ['robots'], consent: 'on paper' })
    expect(await welcomes()).toEqual([])
  })

  test('is skipped for a subscriber who has unsubscribed meanwhile', async () => {
    await subscribeThroughSite(site, EMAIL)
    await unsubscribe(site.deps, { token: await unsubscribeToken(site, EMAIL), how: 'one-click' })
    const { batchId } = await site.db.message.findFirstOrThrow({ where: { kind: 'welcome' } })
    await site.db.$executeRaw`
      update batch set owner = 'w', lease_until = now() + interval '1 minute' where id = ${batchId}`
    const { ended } = await takeMessages(site.db, {
      batch: batchId,
      owner: 'w',
      now: site.clock.now(),
      limit: 9,
    })
    expect(ended).toMatchObject([{ state: 'skipped', reason: 'unsubscribed' }])
  })
})

test('the welcome of a returning subscriber has only papers that no email showed them', async () => {
  await listed('2026-11-20', 'Robots 1')
  await listed('2026-11-19', 'Robots 2')
  await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
  expect((await welcomes()).map(titlesIn)).toEqual([['Robots 1']])
  await listed(TODAY, 'Robots 3')
  site.clock.moveTo(new Date('2026-11-25T08:00:00Z'))
  expect(await planDigests(site.deps)).toMatchObject({ planned: 1 })
  await unsubscribe(site.deps, { token: await unsubscribeToken(site, EMAIL), how: 'one-click' })
  site.clock.moveTo(new Date('2026-11-26T12:00:00Z'))
  await subscribeThroughSite(site, EMAIL)
  expect((await welcomes()).map(titlesIn)).toEqual([['Robots 1'], ['Robots 2']])
})

test('a welcome that is sent late has no paper that a digest showed meanwhile', async () => {
  await listed('2026-11-20', 'Robots', 'Graphs')
  await listed('2026-11-23', 'Of Monday')
  // A weekly digest has the best papers of seven days, also of those before they confirmed.
  await subscribeThroughSite(site, EMAIL, { days: ['wed'] })
  site.clock.moveTo(new Date('2026-11-25T08:00:00Z'))
  expect(await planDigests(site.deps)).toMatchObject({ planned: 1 })
  const { papers } = await site.db.digest.findFirstOrThrow()
  expect(papers).toHaveLength(3)
  expect(await welcomes()).toMatchObject([{ content: null, papers: [] }])
})

// Promise 5 from the welcome on, for all kinds of subscribers, changes and late papers.
describe('the papers of a welcome', () => {
  const KINDS = {
    topics: { topic: 'robots, seas', days: ALL() },
    best: { days: ALL() },
    weekly: { topic: 'robots', days: ['thu'] },
    'weekly best': { days: ['thu'] },
    'loses its topics': { topic: 'robots, seas', days: ALL() },
    'becomes weekly': { days: ALL() },
  }
  function ALL() {
    return ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
  }
  const addressOf = (kind: string) => `${kind.replaceAll(' ', '-')}@example.com`
  const paper = fc.record({
    about: fc.constantFrom('robots', 'seas', 'graphs'),
    /** How many days after its own day it is listed. */
    late: fc.constantFrom(0, 0, 0, 1, 3),
  })
  const world = fc.record({
    before: fc.array(fc.array(paper, { maxLength: 3 }), { minLength: 8, maxLength: 12 }),
    after: fc.array(fc.array(paper, { maxLength: 3 }), { minLength: 6, maxLength: 8 }),
    hour: fc.nat({ max: 21 }),
    /** After how many days' digests the welcomes are sent. */
    sentAfter: fc.constantFrom(0, 0, 1, 2),
  })
  type World = typeof world extends fc.Arbitrary<infer T> ? T : never

  /** Lists the papers that arrive on a day: its own, and late ones. */
  const comeIn = async (papers: World['before'], first: Day, day: Day) => {
    for (const [i, some] of papers.entries()) {
      const own = addDays(first, i)
      const now = some.filter(({ late }) => addDays(own, late) === day)
      if (now.length > 0)
        await listed(own, ...now.map(({ about }, n) => `On ${about}, ${own} ${n} of ${day}`))
    }
  }

  async function walk({ before, after, hour, sentAfter }: World): Promise<number> {
    await emptyTables(site.db)
    const all = [...before, ...after]
    const first = addDays(TODAY, -before.length)
    for (let i = 0; i <= before.length; i++) await comeIn(all, first, addDays(first, i))
    site.clock.moveTo(later(new Date(midnight(TODAY).getTime() + hour * 3600_000)))
    for (const [kind, fields] of Object.entries(KINDS))
      await subscribeThroughSite(site, addressOf(kind), fields)
    await site.db.topic.deleteMany({ where: { subscriber: { address: addressOf('loses its topics') } } })
    await site.db.subscriber.updateMany({
      where: { address: addressOf('becomes weekly') },
      data: { days: ['fri'] },
    })
    const send = async () => {
      for (const kind of Object.keys(KINDS)) await welcomes(addressOf(kind))
    }
    if (sentAfter === 0) await send()
    for (let i = 1; i < after.length; i++) {
      const day = addDays(TODAY, i)
      await comeIn(all, first, day)
      await site.db.message.updateMany({ data: { state: 'accepted' } })
      site.clock.moveTo(new Date(`${day}T08:00:00Z`))
      await planDigests(site.deps)
      if (i === sentAfter) await send()
    }
    return shownTwice()
  }

  /** Throws if a digest has a paper of the welcome; returns for how many kinds both have papers. */
  async function shownTwice(): Promise<number> {
    let shown = 0
    for (const kind of Object.keys(KINDS)) {
      const [welcome] = await welcomes(addressOf(kind))
      const digests = await site.db.digest.findMany({ where: { subscriber: { address: addressOf(kind) } } })
      const later = digests.flatMap(({ papers }) => papers)
      expect([kind, later.filter((id) => welcome!.papers.includes(id))]).toEqual([kind, []])
      if (welcome!.papers.length > 0 && later.length > 0) shown++
    }
    return shown
  }

  test('are in no digest of the following week, for all kinds of subscribers', async () => {
    let shown = 0
    await fc.assert(
      fc.asyncProperty(world, async (one) => {
        shown += await walk(one)
      }),
      { numRuns: 4 },
    )
    // A walk in which nothing was shown would prove nothing.
    expect(shown).toBeGreaterThan(8)
  }, 120_000)
})
