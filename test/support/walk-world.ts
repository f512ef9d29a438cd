import { pauseSubscriber } from '../../src/account/change-by-operator.ts'
import { eraseSubscriber } from '../../src/account/erase-subscriber.ts'
import { addSubscriber } from '../../src/account/signup/add-subscriber.ts'
import { unsubscribeByOperator } from '../../src/account/unsubscribe.ts'
import type { Database } from '../../src/core/database/database.ts'
import type { Day } from '../../src/core/dates.ts'
import { planDigests } from '../../src/digests/plan-digests.ts'
import { parseList } from '../../src/papers/import-papers.ts'
import { recordListings } from '../../src/papers/listing.repo.ts'
import { learnIfDue } from '../../src/queries/learned/learn.ts'
import { type LinkPurpose, signLink } from '../../src/subscribers/links.ts'
import type { TypedSignup } from '../../src/subscribers/read-signup.ts'
import { suppress } from '../../src/subscribers/suppress-subscriber.ts'
import { confirmToken, NOW, post, type TestSite } from './site.ts'
import { addPapers } from './site-papers.ts'

/** A day of several pages. */
export const FULL_DAY = '2026-11-19'
/** A paper with everything that has ever gone wrong on a page. */
export const CROWDED_PAPER = '2511.19000'

const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** As many as one subscriber keeps, some of them long. */
const manyTopics = Array.from({ length: 20 }, (_, n) =>
  n % 3 === 0
    ? `("linear attention" OR "state space model" OR "gated recurrence ${n}") AND (vision OR video) -survey -"position paper" votes>=5`
    : n % 3 === 1
      ? `pneumonoultramicroscopicsilicovolcanoconiosis${n} cat:cs.LG`
      : `author:Person${n}`,
)

/** A subscriber in each state, with digests of some days, and papers of every kind. Then the clock is at NOW. */
export async function seedWorld(site: TestSite): Promise<void> {
  const { db, clock, deps } = site
  clock.moveTo(new Date('2026-11-20T09:00:00Z'))
  await addFullDay(db)
  await addPapers(db, ['2026-11-20'])
  const add = (email: string, typed: Partial<TypedSignup> = {}) =>
    addSubscriber(deps, { email, topics: [], days: EVERY_DAY, consent: 'on paper', ...typed })
  await add('ann@example.com', { topics: ['linear attention', '"world model" -robot', 'author:LeCun'] })
  await add('best@example.com', { format: 'text' })
  await add('weekly@example.com', { topics: ['attention'], days: ['tue'], zone: 'Asia/Tokyo', max: '5' })
  await add('quiet@example.com', { topics: ['zeolite catalysis'] })
  await add('paused@example.com', { topics: ['linear attention'] })
  await add('gone@example.com', { topics: ['linear attention'] })
  await add('left@example.com', { topics: ['linear attention'] })
  for (const name of ['fewer', 'moving', 'moved', 'forgotten', 'trying', 'liking']) {
    await add(`${name}@example.com`, { topics: ['linear attention'] })
  }
  await add('many@example.com', { topics: manyTopics, zone: 'America/Argentina/Buenos_Aires', max: '25' })
  await add('over@example.com', { topics: ['linear attention'] })
  await add('refused@example.com')
  await add('erased@example.com')
  for (const day of ['2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24']) await bringDigests(site, day)

  await unsubscribeByOperator(deps, { email: 'over@example.com' })
  clock.moveTo(NOW)
  await learnIfDue(deps)
  await pauseSubscriber(deps, { email: 'paused@example.com', until: '2026-12-15' })
  await suppress(deps, { email: 'refused@example.com', reason: 'complaint' })
  await eraseSubscriber(deps, { email: 'erased@example.com' })
  await post(site, '/subscribe', { email: 'asked@example.com', topic: 'robots, "world model" -robot' })
  await post(site, '/subscribe', { email: 'done@example.com', topic: 'attention, zeolite catalysis' })
  await post(site, '/subscribe', { email: 'again@example.com', topic: 'attention' })
  await post(site, '/subscribe', { email: 'best-asked@example.com' })
  await post(site, '/subscribe', { email: 'ann@example.com', topic: 'diffusion' })
}

/** The papers of a date come in, its digests are planned, and the server takes them all. */
async function bringDigests({ db, clock, deps }: TestSite, date: string): Promise<void> {
  await addPapers(db, [date])
  clock.moveTo(new Date(`${date}T08:00:00Z`))
  await planDigests(deps)
  const ready = await db.message.findMany({ where: { state: 'ready', kind: 'digest' } })
  await db.acceptance.createMany({
    data: ready.map(({ id: messageId, localDate }) => {
      return { messageId, localDate, at: new Date(`${date}T08:00:04Z`), reply: '250 OK' }
    }),
  })
  await db.message.updateMany({ where: { state: 'ready', kind: 'digest' }, data: { state: 'accepted' } })
}

async function addFullDay(db: Database): Promise<void> {
  const words = ['Attention', 'World Models', 'Robots', 'Diffusion', 'Retrieval', 'Speech', 'Proofs']
  const many = Array.from({ length: 99 }, (_, n) => ({
    id: `2511.19${String(n + 100).padStart(3, '0')}`,
    title: `${words[n % words.length]}, Looked at Once More (${n + 1})`,
    summary: 'We look at it from another side, and find what others have overlooked. '.repeat(9),
    authors: ['Ana Íñiguez', '王瑞金', 'Steven Abreu', 'Taylor Kergan', 'Dustin Wang'],
    votes: 99 - n,
  }))
  const { records } = parseList([
    {
      id: CROWDED_PAPER,
      title: `<b>A</b> Title & a Tale: $\\mathcal{O}(n^{2}) \\to \\tilde{\\mathcal{O}}(n)$ ${'Supercalifragilistic'.repeat(
        4,
      )} 大语言模型的线性注意力 ${'and on it goes, '.repeat(20)}until here`,
      summary: `<script>alert(1)</script> We write $\\alpha_{i} \\leq 1$ and "quotes" & ampersands. ${'x'.repeat(300)} \u202eevil\u202c`,
      authors: ['王瑞金', ...Array.from({ length: 124 }, (_, n) => `Person Number${n + 1}`)],
      categories: ['cs.CL', 'cs.LG', 'stat.ML'],
      votes: 1234,
      comments: 1,
      code: 'https://github.com/example/a-name-that-is-much-longer-than-names-of-repositories-should-ever-be',
    },
    ...many,
  ])
  await recordListings(db, {
    source: 'huggingface',
    day: FULL_DAY,
    records,
    now: new Date(`${FULL_DAY}T10:00:00Z`),
  })
  await addLonePaper(db, '2025-12-31', { id: '2512.31001', title: 'The Last Paper of a Year' })
  // Weeks are reckoned from here.
  await addLonePaper(db, '2026-10-26', { id: '2510.26001', title: 'Four Weeks Ago' })
}

async function addLonePaper(db: Database, day: Day, paper: object): Promise<void> {
  const { records } = parseList([paper])
  await recordListings(db, { source: 'huggingface', day, records, now: new Date(`${day}T10:00:00Z`) })
}

/** The tokens of the links in emails to the people of this world. */
export function tokensOf(site: TestSite) {
  const { db, deps } = site
  const sign = (purpose: LinkPurpose, id: string, epoch = 0, issuedAt = NOW) =>
    signLink({ purpose, id, epoch, issuedAt }, deps.config.APP_SECRET[0]!)
  const subscriber = (email: string) => db.subscriber.findFirstOrThrow({ where: { address: email } })
  const newestDigest = async (subscriberId: string): Promise<string> => {
    const where = { subscriberId, kind: 'digest' }
    return (await db.message.findFirstOrThrow({ where, orderBy: { datedAt: 'desc' } })).id
  }
  return {
    sign,
    /** In the newest confirmation to an address. */
    confirm: (email: string) => confirmToken(site, email),
    /** Of a purpose whose id is the subscriber's. */
    of: async (purpose: LinkPurpose, email: string) => {
      const { id, epoch } = await subscriber(email)
      return sign(purpose, id, epoch)
    },
    /** The path of the link in the email to the new address of a subscriber who changes it. */
    move: async (email: string) => {
      const { id, epoch } = await subscriber(email)
      const account = sign('account', id, epoch)
      await post(site, `/account/${account}/address`, { email: `new-${email}` })
      const move = await db.addressChange.findFirstOrThrow({ where: { subscriberId: id } })
      return `/move/${sign('move', String(move.id), epoch)}`
    },
    /** In the newest digest to an address. */
    digest: async (email: string) => {
      const { id, epoch } = await subscriber(email)
      return sign('digest', await newestDigest(id), epoch)
    },
    /** The id of that digest's message. */
    digestMessage: async (email: string) => newestDigest((await subscriber(email)).id),
  }
}
