import { join } from 'node:path'
import type { ParsedMail } from 'mailparser'
import { stoppedClock } from '../../src/core/clock.ts'
import { startEmbeddedPostgres } from '../../src/core/database/embedded-postgres.ts'
import { nextMail } from '../demo/check.ts'
import { type Demo, startDemo } from '../demo/demo.ts'

/** The demo begins on this day, a Friday, and ends a week later: two runs make the same files. */
const FIRST_DAY = new Date('2026-11-20T12:00:00Z')
const READER = 'a@example.com'
const TOPICS = ['"linear attention"', 'agents', 'robots']
/** For so many of the last days, the reader gets digests. */
const DAYS_OF_DIGESTS = 3

export interface ReadersDemo {
  demo: Demo
  /** The newest digest. */
  digest: ParsedMail
  /** Of an operator who is logged in. */
  cookie: string
  /** The page of a preview of two topics. */
  preview: string
  /** Ids that are random, and what the copy has in their place. */
  ids: Map<string, string>
}

/** Starts a demo in which all sample days have passed, and a reader who got the digests of the last ones. */
export async function startReadersDemo(folder: string): Promise<ReadersDemo> {
  // The demo finds this server and uses it. Its data is thrown away.
  await startEmbeddedPostgres(join(folder, 'postgres'), { durable: false })
  const demo = await startDemo({ folder, port: 0, clock: stoppedClock(FIRST_DAY) })
  while (demo.daysLeft() >= DAYS_OF_DIGESTS) await demo.nextDay()
  await post(`${demo.site}/subscribe`, [['email', READER], ...TOPICS.map(asField)])
  const confirmation = await nextMail(demo, 1)
  await post(confirmation.text!.match(/http\S+\/confirm\/\S+/)![0], [])
  await nextMail(demo, 2)
  // The first day's digest too: the manage page would say that it was missed.
  await demo.sendDigests()
  while (await demo.nextDay()) await demo.sendDigests()
  await mastheadShowsToday(demo)
  const login = await post(`${demo.site}/admin/login`, [['password', demo.adminPassword]])
  const preview = await post(`${demo.site}/preview`, TOPICS.slice(0, 2).map(asField))
  const { db } = demo.service.deps
  const subscribers = await db.subscriber.findMany({ select: { id: true } })
  const messages = await db.message.findMany({ select: { id: true } })
  return {
    demo,
    ids: new Map([
      ...subscribers.map(({ id }) => [id, 'sample-reader'] as const),
      ...messages.map(({ id }) => [id, 'sample-message'] as const),
    ]),
    digest: (await demo.mailbox.mails()).at(-1)!,
    cookie: login.headers.getSetCookie().join().split(';')[0]!,
    preview: await preview.text(),
  }
}

/** The first page after a new day still names the day before: the masthead is refreshed after it. */
async function mastheadShowsToday({ site, today }: Demo): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const page = await (await fetch(`${site}/privacy`)).text()
    if (page.includes(`datetime="${today()}"`)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`the masthead does not name ${today()} within 10 s`)
}

const asField = (topic: string): [string, string] => ['topic', topic]

async function post(url: string, fields: [string, string][]): Promise<Response> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })
  if (response.status >= 400) throw new Error(`POST ${new URL(url).pathname}: status ${response.status}`)
  return response
}
