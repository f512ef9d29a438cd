import { describe, expect, test } from 'vitest'
import { requestAddressChange } from '../../../src/account/request-address-change.ts'
import { unsubscribeByOperator } from '../../../src/account/unsubscribe.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { longDate } from '../../../src/i18n/dates.ts'
import { words } from '../../../src/i18n/words.ts'
import type { LinkPurpose } from '../../../src/subscribers/links.ts'
import { suppress } from '../../../src/subscribers/suppress-subscriber.ts'
import { saveLearnedTopic, saveVote } from '../../../src/subscribers/vote.repo.ts'
import { checksums } from '../../support/checksums.ts'
import { kindsOf, mailed, pathOf } from '../../support/mailed-links.ts'
import { acceptMessage } from '../../support/messages.ts'
import { errorsOn, sentence } from '../../support/page-text.ts'
import { messageCameBack } from '../../support/returns.ts'
import {
  confirmToken,
  get,
  NOW,
  post,
  subscribeThroughSite,
  textOf,
  unsubscribeToken,
  useSite,
} from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const EMAIL = 'ann@example.com'
const NEW = 'ann@new.example'
const DAY_MS = 86_400_000
const site = useSite()

const later = (ms: number) => site.clock.moveTo(new Date(NOW.getTime() + ms))
const account = (email = EMAIL) => pathOf(site, 'account', email)
const found = () => site.db.subscriber.findFirstOrThrow()

/** The path of the emailed link that confirms an address change. */
async function asksToMove(email = NEW): Promise<string> {
  await post(site, `${await account()}/address`, { email })
  return (await mailed(site, 'new-address', email)).path
}

describe('a link to the account page', () => {
  test('requested on the page of their digests, is sent only to the subscriber', async () => {
    await subscribeThroughSite(site, EMAIL)
    const manage = await pathOf(site, 'manage', EMAIL)
    const { statusCode, headers } = await post(site, `${manage}/account`)
    expect([statusCode, headers.location]).toEqual([303, `${manage}/account`])
    const sent = await get(site, `${manage}/account`)
    const { sentHtml } = words.account.accountLinkSent
    expect(textOf(sent.body)).toMatch(sentence(sentHtml, { address: 'a•••@example.com' }))
    expect(sent.headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
    const { path } = await mailed(site, 'account-link', EMAIL)
    expect((await get(site, path)).statusCode).toBe(200)
  })

  test('is offered after unsubscribing, while we may still email the address', async () => {
    await subscribeThroughSite(site, EMAIL)
    const manage = await pathOf(site, 'manage', EMAIL)
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    const { body } = await get(site, manage)
    expect(body).toContain(`action="${manage}/account"`)
    expect((await post(site, `${manage}/account`)).statusCode).toBe(303)
    const { path } = await mailed(site, 'account-link', EMAIL)
    expect((await get(site, `${path}/export.json`)).statusCode).toBe(200)
    expect((await post(site, `${path}/erase`)).statusCode).toBe(303)
    expect((await found()).address).toBeNull()
  })

  test('is not offered for a suppressed address', async () => {
    await subscribeThroughSite(site, EMAIL)
    const manage = await pathOf(site, 'manage', EMAIL)
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    await suppress(site.deps, { email: EMAIL, reason: 'complaint' })
    expect((await get(site, manage)).body).not.toContain(`action="${manage}`)
  })

  test('is sent up to twice a day, with the same response each time', async () => {
    await subscribeThroughSite(site, EMAIL)
    const manage = await pathOf(site, 'manage', EMAIL)
    for (let n = 0; n < 3; n++) expect((await post(site, `${manage}/account`)).statusCode).toBe(303)
    expect((await kindsOf(site)).filter((kind) => kind === 'account-link')).toHaveLength(2)
    later(DAY_MS)
    await post(site, `${manage}/account`)
    expect((await kindsOf(site)).filter((kind) => kind === 'account-link')).toHaveLength(3)
  })
})

describe('account links', () => {
  const pages = ['', '/export.json', '/erase', '/address'] as const
  const presses = ['/erase', '/address'] as const
  const OTHERS: LinkPurpose[] = ['confirm', 'unsubscribe', 'resubscribe', 'manage', 'digest', 'move']

  test.each(OTHERS)('and the page of a %s link reject the token of the other', async (purpose) => {
    await subscribeThroughSite(site, EMAIL)
    const token = (await pathOf(site, purpose, EMAIL)).split('/').at(-1)
    const before = await checksums(site.db)
    for (const page of pages) expect((await get(site, `/account/${token}${page}`)).statusCode).toBe(404)
    for (const page of presses) {
      expect((await post(site, `/account/${token}${page}`, { email: NEW })).statusCode).toBe(404)
    }
    if (purpose !== 'manage') expect((await post(site, `/manage/${token}/account`)).statusCode).toBe(404)
    if (purpose !== 'move') expect((await post(site, `/move/${token}`)).statusCode).toBe(404)
    expect(await checksums(site.db)).toEqual(before)
  })

  test('cannot confirm a change of address', async () => {
    await subscribeThroughSite(site, EMAIL)
    const token = (await account()).split('/').at(-1)
    expect((await post(site, `/move/${token}`)).statusCode).toBe(404)
    expect((await post(site, `/manage/${token}/account`)).statusCode).toBe(404)
  })

  test('expire after a day: 410 with a way to a new one, and nothing changed', async () => {
    await subscribeThroughSite(site, EMAIL)
    const path = await account()
    const move = await asksToMove()
    later(DAY_MS - 1000)
    expect((await get(site, path)).statusCode).toBe(200)
    expect((await get(site, move)).statusCode).toBe(200)
    later(DAY_MS)
    const before = await checksums(site.db)
    for (const page of pages) {
      const { statusCode, body } = await get(site, `${path}${page}`)
      expect(statusCode).toBe(410)
      expect(body).toContain('href="/manage"')
      expect(body).toContain(longDate('2026-11-25'))
    }
    for (const page of presses)
      expect((await post(site, `${path}${page}`, { email: NEW })).statusCode).toBe(410)
    expect((await get(site, move)).statusCode).toBe(410)
    expect((await post(site, move)).statusCode).toBe(410)
    expect(await checksums(site.db)).toEqual(before)
  })

  test('change nothing when they are opened', async () => {
    await subscribeThroughSite(site, EMAIL)
    const path = await account()
    const move = await asksToMove()
    const manage = await pathOf(site, 'manage', EMAIL)
    const before = await checksums(site.db)
    for (const url of [...pages.map((page) => path + page), move, `${manage}/account`]) {
      for (const method of ['GET', 'HEAD'] as const) {
        const { statusCode } = await site.app.inject({ method, url, headers: { accept: 'text/html' } })
        expect([url, statusCode]).toEqual([url, 200])
      }
    }
    expect(await checksums(site.db)).toEqual(before)
  })

  test('open pages without a whole address, which is not in the log either', async () => {
    await subscribeThroughSite(site, EMAIL)
    const path = await account()
    const move = await asksToMove()
    site.logged.length = 0
    for (const url of [path, `${path}/erase`, `${path}/address`, move]) {
      expect((await get(site, url)).body).not.toMatch(/ann@/)
    }
    await post(site, move)
    await post(site, `${await pathOf(site, 'account', NEW)}/erase`)
    expect(site.logged.join()).not.toMatch(/ann@|new\.example|\/account\/[\w-]{40}/)
  })
})

describe('the export', () => {
  test('contains the rows of each table that refers to a subscriber', async () => {
    await addPapers(site.db)
    site.clock.moveTo(new Date('2026-11-23T12:00:00Z'))
    await subscribeThroughSite(site, EMAIL, { topic: 'attention' })
    const { id } = await found()
    const set = { topics: [{ name: 'x', query: 'x' }] }
    await site.db.change.create({ data: { subscriberId: id, at: NOW, how: 'page', before: set, after: set } })
    site.clock.moveTo(NOW)
    await planDigests(site.deps)
    await asksToMove()
    const { id: topicId } = await site.db.topic.findFirstOrThrow()
    const phrases = new Map([['open branes', 1]])
    await saveVote(site.db, topicId, { paperId: 2, kind: 'less', at: NOW, close: true, phrases })
    await saveLearnedTopic(site.db, topicId, {
      phrases: new Map([['open branes', -1]]),
      removed: ['string theory'],
      step: -1,
    })
    const message = await site.db.message.findFirstOrThrow({ where: { kind: 'digest' } })
    await acceptMessage(site.db, { id: message.id, at: NOW })
    await messageCameBack(site.db, NOW, { class: 'full', status: '5.2.2', reply: '552 full' })
    await suppress(site.deps, { email: EMAIL, reason: 'complaint' })

    const { statusCode, headers, body } = await get(site, `${await account()}/export.json`)
    expect([statusCode, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-disposition': 'attachment; filename="daily-papers-2026-11-24.json"',
    })
    const copy = JSON.parse(body)
    expect(copy).toMatchObject({
      subscriber: {
        number: id,
        address: EMAIL,
        state: 'suppressed',
        zone: 'UTC',
        hour: 8,
        startDate: '2026-11-24',
      },
      topics: [
        {
          query: 'attention',
          votes: [
            {
              paper: 2,
              title: 'Strings and Branes at β-Functions',
              kind: 'less',
              at: NOW.toISOString(),
              close: true,
              phrases: { 'open branes': 1 },
            },
          ],
          phrases: { 'open branes': -1 },
          removed: ['string theory'],
          step: -1,
        },
      ],
      signups: [{ request: { topics: [{ query: 'attention' }] } }],
      consents: [{ event: 'asked' }, { event: 'confirmed', how: 'page' }, { event: 'suppressed' }],
      changes: [{ how: 'page', before: set }],
      newAddresses: [{ address: NEW, confirmedAt: null }],
      digests: [
        {
          localDate: '2026-11-24',
          outcome: 'planned',
          papers: expect.arrayContaining([{ paper: 2, title: 'Strings and Branes at β-Functions' }]),
        },
      ],
      bounces: [
        { class: 'full', status: '5.2.2', reply: '552 full', messageKind: 'digest', channel: 'lmtp' },
      ],
      suppression: { reason: 'complaint' },
    })
    expect(copy.messages.find(({ kind }: { kind: string }) => kind === 'digest')).toMatchObject({
      toAddress: EMAIL,
      state: 'accepted',
      acceptances: [{ reply: '250 ok' }],
    })

    const tables = await site.db.$queryRaw<{ name: string }[]>`
      select distinct conrelid::regclass::text as name from pg_constraint
      where contype = 'f' and confrelid = 'subscriber'::regclass order by 1`
    const partOf: Record<string, string> = {
      address_change: 'newAddresses',
      bounce: 'bounces',
      change: 'changes',
      consent: 'consents',
      digest: 'digests',
      learned_topic: 'topics',
      message: 'messages',
      signup: 'signups',
      topic: 'topics',
    }
    for (const { name } of tables)
      expect([name, copy[partOf[name] ?? name]?.length > 0]).toEqual([name, true])
  })

  test('is available after unsubscribing', async () => {
    await subscribeThroughSite(site, EMAIL)
    await unsubscribeByOperator(site.deps, { email: EMAIL })
    const path = await account()
    expect((await get(site, `${path}/export.json`)).json().subscriber.state).toBe('unsubscribed')
    expect((await get(site, path)).body).not.toContain('name="email"')
  })
})

describe('a change of address', () => {
  test('is confirmed by an email to the new address, happens once and informs the old one', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    const path = await account()
    const { statusCode, headers } = await post(site, `${path}/address`, { email: NEW })
    expect([statusCode, headers.location]).toEqual([303, `${path}/address`])
    expect((await found()).address).toBe(EMAIL)
    const { path: move } = await mailed(site, 'new-address', NEW)
    const shown = await get(site, move)
    expect(shown.body).toContain('a•••@new.example')
    expect(shown.body).not.toContain('example.com')

    for (let n = 0; n < 2; n++) {
      expect((await post(site, move)).headers.location).toBe(move)
      expect(await found()).toMatchObject({ address: NEW, addressKey: NEW, epoch: 1, state: 'active' })
    }
    expect((await get(site, move)).body).toContain(words.account.moved.digests.heading)
    expect(await kindsOf(site, EMAIL)).toEqual(['confirmation', 'moved'])
    const moved = await mailed(site, 'moved', EMAIL)
    expect(moved.text + moved.html).not.toContain('new.example')
    expect(await site.db.consent.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({
      event: 'moved',
      how: 'page',
    })
    expect(await site.db.topic.count()).toBe(1)
  })

  test.each([EMAIL, EMAIL.toUpperCase()])('to the current one (%s): 422, and no email', async (email) => {
    await subscribeThroughSite(site, EMAIL)
    const path = await account()
    const before = await checksums(site.db)
    const { statusCode, body } = await post(site, `${path}/address`, { email })
    expect(statusCode).toBe(422)
    expect(errorsOn(body)).toEqual(['email: address.unchanged'])
    expect(body).toContain(`value="${email}"`)
    await expect(
      requestAddressChange(site.deps, { token: path.split('/')[2]!, email }),
    ).rejects.toMatchObject({
      code: 'address.unchanged',
    })
    expect(await checksums(site.db)).toEqual(before)
  })

  test('invalidates older links to settings and account, not those to unsubscribe', async () => {
    await subscribeThroughSite(site, EMAIL)
    const [manage, path] = [await pathOf(site, 'manage', EMAIL), await account()]
    const unsubscribe = await unsubscribeToken(site, EMAIL)
    const confirmed = await confirmToken(site, EMAIL)
    const others = [await asksToMove('first@new.example'), await asksToMove()]
    await post(site, others[1]!)
    const ended = [
      await get(site, path),
      await post(site, `${path}/erase`),
      await get(site, manage),
      await post(site, `${manage}/account`),
    ]
    expect((await post(site, others[0]!)).statusCode).toBe(404)
    for (const { statusCode, body, headers } of ended) {
      expect([statusCode, errorsOn(body)]).toEqual([410, ['link.outdated']])
      expect(body).toContain('<form method="post" action="/manage"')
      expect(body).not.toContain('new.example')
      expect(headers['cache-control']).toBe('no-store')
    }
    const asProgram = await site.app.inject({
      url: `${path}/export.json`,
      headers: { accept: 'application/json' },
    })
    expect([asProgram.statusCode, asProgram.json().error]).toEqual([410, 'link.outdated'])
    expect((await get(site, `/confirm/${confirmed}`)).statusCode).toBe(404)
    await post(site, `/unsubscribe/${unsubscribe}/fewer`, { to: 'short' })
    expect((await found()).maxPapers).toBeGreaterThan(5)
    const fresh = (await get(site, others[1]!)).body.match(/\/manage\/[\w-]+/)?.[0]
    expect((await post(site, `${fresh}/account`)).statusCode).toBe(303)
    expect(await kindsOf(site, NEW)).toEqual(expect.arrayContaining(['new-address', 'account-link']))
    await post(site, `/unsubscribe/${unsubscribe}`, { from: 'page' })
    expect((await found()).state).toBe('unsubscribed')
  })

  test('moves digests that wait, with links that work', async () => {
    await addPapers(site.db)
    site.clock.moveTo(new Date('2026-11-23T12:00:00Z'))
    await subscribeThroughSite(site, EMAIL)
    site.clock.moveTo(NOW)
    await planDigests(site.deps)
    await post(site, await asksToMove())
    const { text } = await mailed(site, 'digest', NEW)
    const manage = text.match(/\/manage\/[\w-]+/)?.[0]
    expect((await post(site, `${manage}/account`)).statusCode).toBe(303)
  })

  test.each(['the address of another subscriber', 'a suppressed address', 'an unknown address'])(
    'to %s gets the same response',
    async (whose) => {
      await subscribeThroughSite(site, EMAIL)
      if (whose.includes('subscriber')) await subscribeThroughSite(site, NEW)
      if (whose.includes('suppressed')) await suppress(site.deps, { email: NEW, reason: 'operator' })
      const path = await account()
      const { statusCode, headers } = await post(site, `${path}/address`, { email: NEW })
      expect([statusCode, headers.location]).toEqual([303, `${path}/address`])
      expect((await kindsOf(site, NEW)).includes('new-address')).toBe(!whose.includes('suppressed'))
    },
  )

  test('to an address that was taken or suppressed meanwhile: 409 with the code, nothing changed', async () => {
    await subscribeThroughSite(site, EMAIL)
    await subscribeThroughSite(site, NEW)
    const move = await asksToMove()
    const taken = await post(site, move)
    expect([taken.statusCode, errorsOn(taken.body)]).toEqual([409, ['address.taken']])
    const other = await asksToMove('third@new.example')
    await suppress(site.deps, { email: 'third@new.example', reason: 'dead' })
    const dead = await post(site, other)
    expect([dead.statusCode, errorsOn(dead.body)]).toEqual([409, ['subscriber.suppressed']])
    expect((await found()).address).toBe(EMAIL)
  })

  test('of two subscribers to the same address at once: one gets it', async () => {
    const both = ['a@example.com', 'b@example.com']
    const moves: string[] = []
    for (const email of both) {
      await subscribeThroughSite(site, email)
      await post(site, `${await account(email)}/address`, { email: NEW })
      moves.push((await mailed(site, 'new-address', NEW)).path)
      site.clock.moveTo(new Date(site.clock.now().getTime() + 1000))
    }
    const answers = await Promise.all(moves.map((move) => post(site, move)))
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([303, 409])
    expect(await site.db.subscriber.count({ where: { address: NEW } })).toBe(1)
  })

  test('sends up to two emails a day per subscriber, and two to one address', async () => {
    await subscribeThroughSite(site, EMAIL)
    const path = await account()
    for (const email of ['x@new.example', 'y@new.example', 'z@new.example']) {
      expect((await post(site, `${path}/address`, { email })).statusCode).toBe(303)
    }
    expect((await kindsOf(site)).filter((kind) => kind === 'new-address')).toHaveLength(2)
    for (const email of ['b@example.com', 'c@example.com', 'd@example.com']) {
      await subscribeThroughSite(site, email)
      await post(site, `${await account(email)}/address`, { email: NEW })
    }
    expect(await kindsOf(site, NEW)).toEqual(['new-address', 'new-address'])
    expect((await site.db.bucket.findMany()).map(({ key }) => key).join()).not.toContain('new.example')
  })

  test('to a malformed address: 422 with the input, and nothing is stored', async () => {
    await subscribeThroughSite(site, EMAIL)
    const path = await account()
    const before = await checksums(site.db)
    for (const email of ['ann at new', '', undefined, [NEW, 'b@new.example']]) {
      const { statusCode, body } = await post(site, `${path}/address`, email === undefined ? {} : { email })
      expect(statusCode).toBe(422)
      expect(errorsOn(body)).toEqual([expect.stringMatching(/^email: /)])
      expect(body).toContain(`value="${[email ?? ''].flat()[0]}"`)
    }
    expect(await checksums(site.db)).toEqual(before)
  })
})

describe('the page to delete everything', () => {
  test('lists what is deleted and kept; its button deletes it, and works twice', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    const path = await account()
    const page = await get(site, `${path}/erase`)
    const { goes, stays } = words.account.erase
    for (const part of [goes, stays, 'a•••@example.com']) expect(page.body).toContain(part)
    for (let n = 0; n < 2; n++) {
      const { statusCode, headers } = await post(site, `${path}/erase`)
      expect([statusCode, headers.location]).toEqual([303, path])
    }
    for (const url of [path, `${path}/erase`, `${path}/address`]) {
      expect((await get(site, url)).body).toContain(words.account.erased.heading)
    }
    expect((await get(site, `${path}/export.json`)).statusCode).toBe(404)
    expect(await site.db.consent.findMany({ where: { event: 'erased' } })).toMatchObject([{ how: 'page' }])
    expect(await kindsOf(site, EMAIL)).toEqual([])
  })

  test('also deletes votes, and what was learned from them', async () => {
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    const { id: topicId } = await site.db.topic.findFirstOrThrow()
    await saveVote(site.db, topicId, { paperId: 2, kind: 'more', at: NOW, close: false, phrases: new Map() })
    await post(site, `${await account()}/erase`)
    expect([await site.db.vote.count(), await site.db.learnedTopic.count()]).toEqual([0, 0])
  })

  test('also works for a suppressed subscriber, who stays suppressed', async () => {
    await subscribeThroughSite(site, EMAIL)
    await suppress(site.deps, { email: EMAIL, reason: 'complaint' })
    await post(site, `${await account()}/erase`)
    expect(await found()).toMatchObject({ address: null, state: 'suppressed' })
    expect(await site.db.suppression.count({ where: { liftedAt: null } })).toBe(1)
  })

  test('ends old links: a later sign-up with the address is another subscriber', async () => {
    await subscribeThroughSite(site, EMAIL)
    const path = await account()
    await post(site, `${path}/erase`)
    later(1000)
    await subscribeThroughSite(site, EMAIL, { topic: 'robots' })
    expect((await get(site, path)).body).toContain(words.account.erased.heading)
    await post(site, `${path}/erase`)
    expect(await site.db.subscriber.count({ where: { address: EMAIL, state: 'active' } })).toBe(1)
  })
})
