import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { type Database, openDatabase } from '../../../src/core/database/database.ts'
import { addDays, type Day, dayOf, midnight } from '../../../src/core/dates.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { parseTopic } from '../../../src/subscribers/read-signup.ts'
import { setTopics } from '../../../src/subscribers/topic.repo.ts'
import { type FeedItemText, feedXml, type ServedPage, startFeedServer } from '../../support/feed-server.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { openAsker, settingsOf } from './mutated.ts'

export interface FeedsSeen {
  days: number
  items: number
  fetches: number
  /** Items that no feed has as a paper. */
  lost: string[]
  /** Items that are two papers. */
  twice: string[]
  /** Items in two digests of one reader. */
  offeredTwice: string[]
  /** Days whose digests were not planned at eight. */
  waited: string[]
}

const FIRST: Day = '2026-11-03'
const DAYS = 10
const ITEMS_A_DAY = 6
const HOURS = [1, 4, 7, 10, 13, 16, 19, 22]
const READER = 'reader'
const TIMEOUT_MS = 150

/** The item with this number, as the feed writes it on its `age`th day: with other dates, titles and addresses. */
function itemOf(n: number, age: number): FeedItemText {
  const page = `https://journal.example/article/${n}`
  const hasDoi = n % 3 === 0
  return {
    title: n % 5 === 0 && age > 0 ? `Light in gas ${n}: corrected` : `Light in gas ${n}`,
    abstract: n % 2 === 0 ? `We measure it ${n} times.` : undefined,
    link: age % 2 === 0 ? page : `${page}?af=R&utm_source=${age}`,
    guid: n % 4 === 0 ? `${page}#${age}` : undefined,
    date: n % 7 === 0 ? midnight(addDays(FIRST, Math.floor(n / ITEMS_A_DAY) + age)).toUTCString() : undefined,
    ...(hasDoi && { doi: `10.5555/${n}` }),
  }
}

/** The numbers in the items of a paper's title. */
const numberIn = (title: string): string => /\d+/.exec(title)?.[0] ?? title

function pageOn(day: number, hour: number): ServedPage {
  const newest = (day + 1) * ITEMS_A_DAY
  const numbers = Array.from({ length: Math.min(newest, 4 * ITEMS_A_DAY) }, (_, n) => newest - 1 - n)
  const items = numbers.map((n) => itemOf(n, day - Math.floor(n / ITEMS_A_DAY)))
  return {
    body: feedXml(items.toSorted((a, b) => ((a.title.length * hour) % 7) - ((b.title.length * hour) % 5))),
  }
}

const MOVED: ServedPage = { status: 301, headers: { location: '/moved' } }

/** What the feed's address responds: it hangs, is gone, moves for two days, and is broken. */
function responseAt(day: number, hour: number): ServedPage {
  if (day % 5 === 1 && hour < 10) return { hangs: true }
  if (day % 5 === 2 && hour === 4) return { status: 410 }
  if (day % 5 === 3 && hour === 7) return { body: '<rss version="2.0"><channel><title>cut' }
  return day === 4 || day === 5 ? MOVED : pageOn(day, hour)
}

/** Ten days of two feeds with the same items, and a reader who is due every day at eight. */
export async function runFeeds(part?: WrongPart): Promise<FeedsSeen> {
  const server = await startFeedServer()
  const postgres = await ownDatabase()
  const { db, close } = openDatabase(postgres.url, silentLog, { connections: 2 })
  const sources = [`rss:${server.url}/a`, `rss:${server.url}/b`]
  const asker = openAsker({ ...settingsOf(postgres.url, server.url), SOURCES: sources.join(',') }, part)
  const config = readConfig({ SOURCES: sources.join(',') })
  const depsAt = (now: Date): Deps => ({
    ...{ config, db, databaseUrl: postgres.url, log: silentLog, features: [], clock: stoppedClock(now) },
  })
  const waited: string[] = []
  let fetches = 0
  try {
    await addReader(db)
    for (let n = 0; n < DAYS; n++)
      for (const hour of HOURS) {
        const day = addDays(FIRST, n)
        if (hour === 10 && !(await planAtEight(depsAt, day))) waited.push(day)
        server.pages.set('/a', responseAt(n, hour))
        server.pages.set('/b', pageOn(n, hour))
        server.pages.set('/moved', pageOn(n, hour))
        const now = new Date(midnight(day).getTime() + hour * 3_600_000).toJSON()
        for (const source of sources) await asker.ask({ source, day, now, timeoutMs: TIMEOUT_MS })
        fetches += sources.length
      }
    return { days: DAYS, items: DAYS * ITEMS_A_DAY, fetches, waited, ...(await lookAt(db)) }
  } finally {
    asker.stop()
    await server.close()
    await close()
    await postgres.destroy()
  }
}

async function planAtEight(depsAt: (now: Date) => Deps, day: Day): Promise<boolean> {
  const { planned } = await planDigests(depsAt(new Date(`${day}T08:00:00Z`)), {})
  return planned === 1
}

async function addReader(db: Database): Promise<void> {
  const confirmedAt = new Date(midnight(FIRST).getTime() - 3_600_000)
  await db.subscriber.create({
    data: {
      ...{
        id: READER,
        address: 'reader@reader.example',
        addressKey: READER,
        addressHash: READER,
        zone: 'UTC',
      },
      ...{ state: 'active', hour: 8, days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], maxPapers: 25 },
      ...{ createdAt: confirmedAt, confirmedAt, startDate: midnight(dayOf(confirmedAt)) },
    },
  })
  await setTopics(db, { subscriberId: READER, topics: [parseTopic('light')] })
}

async function lookAt(db: Database): Promise<Pick<FeedsSeen, 'lost' | 'twice' | 'offeredTwice'>> {
  const papers = await db.paper.findMany({ select: { id: true, title: true } })
  const numbers = papers.map(({ title }) => numberIn(title))
  const all = Array.from({ length: DAYS * ITEMS_A_DAY }, (_, n) => String(n))
  const numberOf = new Map(papers.map(({ id, title }) => [id, numberIn(title)]))
  const digests = await db.digest.findMany({ where: { subscriberId: READER }, select: { papers: true } })
  const offered = digests.flatMap((digest) => digest.papers.map((id) => numberOf.get(id) ?? `gone ${id}`))
  return {
    lost: all.filter((n) => !numbers.includes(n)),
    twice: repeatedIn(numbers),
    offeredTwice: repeatedIn(offered),
  }
}

const repeatedIn = (values: readonly string[]): string[] => [
  ...new Set(values.filter((value, place) => values.indexOf(value) < place)),
]
