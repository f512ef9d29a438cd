import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../src/config/config.ts'
import { freePort } from '../../../src/core/database/embedded-postgres.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { type Service, startService } from '../../../src/service/service.ts'
import { pathOf } from '../../support/mailed-links.ts'
import { errorsOn } from '../../support/page-text.ts'
import { useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const MAX_WAIT_MS = 3000

const site = useSite()
let service: Service
let rows: pg.Client
beforeAll(async () => {
  const { databaseUrl } = site.deps
  const config = readConfig({ DATABASE_URL: databaseUrl, PORT: String(await freePort()) })
  service = await startService(config, ['web'], { features: FEATURES, log: silentLog, clock: site.clock })
  rows = new pg.Client({ connectionString: databaseUrl })
  await rows.connect()
})
afterAll(async () => {
  await rows?.end()
  await service?.stop()
})
beforeEach(() => addPapers(site.db))

interface Link {
  email: string
  topic: string
  unsubscribe: string
}

async function subscriber(email: string): Promise<Link> {
  await addSubscriber(site.deps, { email, topics: ['linear attention'], consent: 'on paper' })
  const { id } = await site.db.topic.findFirstOrThrow({ where: { subscriber: { address: email } } })
  const topic = `${await pathOf(site, 'manage', email)}/topics/${id}`
  return { email, topic, unsubscribe: await pathOf(site, 'unsubscribe', email) }
}

async function ask(path: string, fields?: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(`${service.address}${path}`, {
    method: fields ? 'POST' : 'GET',
    redirect: 'manual',
    headers: { accept: 'text/html', ...headers },
    body: fields && new URLSearchParams(fields),
    signal: AbortSignal.timeout(20_000),
  })
  const body = await response.text()
  return { status: response.status, after: response.headers.get('retry-after'), body }
}

const paper = async () => String((await site.db.paper.findFirstOrThrow()).id)
const oneClick = (link: Link) => ask(link.unsubscribe, { 'List-Unsubscribe': 'One-Click' })

/** Runs `work` while another transaction has locked the rows of these subscribers. */
async function whileLocked<T>(links: Link[], work: () => Promise<T>): Promise<T> {
  await rows.query('begin')
  const emails = links.map(({ email }) => email)
  await rows.query('select from subscriber where address = any($1) for update', [emails])
  try {
    return await work()
  } finally {
    await rows.query('rollback')
  }
}

/** The other statuses among the responses. */
const othersThan = async (statuses: number[], presses: ReturnType<typeof ask>[]): Promise<number[]> =>
  (await Promise.all(presses)).map(({ status }) => status).filter((status) => !statuses.includes(status))

const inTime = <T>(work: Promise<T>): Promise<T | 'late'> =>
  Promise.race([work, new Promise<'late'>((late) => setTimeout(late, MAX_WAIT_MS, 'late' as const))])

describe('requests that wait for the row of a subscriber', () => {
  test('do not delay pages, searches and feeds, for any number of links', async () => {
    const links: Link[] = []
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) links.push(await subscriber(`${name}@reader.example`))
    const more = { do: 'more', paper: await paper() }
    let presses: ReturnType<typeof ask>[] = []
    const read = await whileLocked(links, async () => {
      presses = links.flatMap(({ topic }) => [ask(topic, more), ask(topic, more), ask(topic, more)])
      const paths = ['/', '/papers/trending', '/papers?q=linear', '/feed.xml?q=attention', '/status']
      const statuses: unknown[] = []
      for (const path of paths) statuses.push(await inTime(ask(path).then(({ status }) => status)))
      return statuses
    })
    expect(read).toEqual([200, 200, 200, 200, 200])
    expect(await othersThan([303, 429], presses)).toEqual([])
  }, 30_000)

  test('do not delay other subscribers', async () => {
    const [ann, bob] = [await subscriber('ann@reader.example'), await subscriber('bob@reader.example')]
    const more = { do: 'more', paper: await paper() }
    let presses: ReturnType<typeof ask>[] = []
    const others = await whileLocked([ann], async () => {
      presses = Array.from({ length: 40 }, () => ask(ann.topic, more))
      return [await inTime(ask(bob.topic, more)), await inTime(ask(bob.topic)), await inTime(oneClick(bob))]
    })
    expect(others).toMatchObject([{ status: 303 }, { status: 200 }, { status: 200 }])
    expect(await othersThan([303, 429], presses)).toEqual([])
  }, 30_000)

  test('get 429 with Retry-After after five seconds if two others of that subscriber are in progress', async () => {
    const ann = await subscriber('ann@reader.example')
    const more = { do: 'more', paper: await paper() }
    let two: ReturnType<typeof ask>[] = []
    const [page, json] = await whileLocked([ann], async () => {
      two = [ask(ann.topic, more), ask(ann.topic, more)]
      await Promise.race([...two, new Promise((soon) => setTimeout(soon, 500))])
      return Promise.all([ask(ann.topic, more), ask(ann.topic, more, { accept: 'application/json' })])
    })
    expect([page.status, page.after, json.status]).toEqual([429, '5', 429])
    expect(errorsOn(page.body)).toEqual(['rate.same-link'])
    expect(JSON.parse(json.body)).toMatchObject({ error: 'rate.same-link' })
    expect((await Promise.all(two)).map(({ status }) => status)).toEqual([303, 303])
  }, 30_000)
})

test('unsubscribing with one click is not refused among 250 presses of the same subscriber', async () => {
  const ann = await subscriber('ann@reader.example')
  const more = { do: 'more', paper: await paper() }
  const presses = Array.from({ length: 250 }, () => ask(ann.topic, more))
  const clicks = await Promise.all(Array.from({ length: 30 }, () => oneClick(ann)))
  expect(clicks.map(({ status, body }) => `${status} ${body}`)).toEqual(Array(30).fill('200 Unsubscribed.\n'))
  expect(await site.db.subscriber.findFirstOrThrow()).toMatchObject({ state: 'unsubscribed' })
  expect(await othersThan([303, 429], presses)).toEqual([])
}, 60_000)
