import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { openDatabase } from '../../../src/core/database/database.ts'
import { addDays, type Day, dayOf, instantOf, WEEKDAYS } from '../../../src/core/dates.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { five, type JsonServer, type Trouble } from '../../support/json-server.ts'
import { startOpenalexServer } from '../../support/openalex-server.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { FILTERS, FIRST, namesSeenBetween, paperNames, worksUntil } from './openalex-works.ts'
import { startWorkerProcess } from './worker-process.ts'

const DIGEST_HOUR = 8
/** When the service looks. */
const HOURS = [4, 5, 8, 20]
/** So that a month of a filter is more than one page. */
const PER_PAGE = 20
/** Longer than the worker waits for a response. */
const SLOW_MS = 400
/** Of the answers on a day with faults. */
const SHARE = 0.3

export interface OpenalexResult {
  works: number
  /** Works of which no digest had the paper although it could, and papers that a reader was offered again. */
  lost: string[]
  twice: string[]
  /** Digests that were not planned at the hour at which they were due. */
  waited: number
  digests: number
  /** Of the days without faults, and of the others, the most requests of a day. */
  quietRequests: number
  faultyRequests: number
  faults: number
}

interface Options {
  days: number
  wrong?: WrongPart
  quiet?: boolean
}

/**
 * Twenty filters for some days, hour by hour, through the real ingest and plan. On every second day, pages in the middle
 * of others fail. A reader follows everything; works that were there a day before the end must be in a digest, once.
 */
export async function runOpenalex({ days, wrong, quiet = false }: Options): Promise<OpenalexResult> {
  let now = new Date(`${FIRST}T00:00:00Z`)
  const last = addDays(FIRST, days - 1)
  const works = worksUntil(last)
  const openalex = await startOpenalexServer({ works, perPage: PER_PAGE, today: () => dayOf(now) })
  const postgres = await ownDatabase()
  const database = openDatabase(postgres.url, silentLog, { connections: 2 })
  const settings = { DATABASE_URL: postgres.url, OPENALEX_URL: openalex.url, SOURCES: FILTERS.join() }
  await addReader(settings)
  await database.db.$executeRaw`alter table subscriber drop constraint subscriber_max_papers`
  await database.db.$executeRaw`alter table digest drop constraint digest_papers`
  await database.db.subscriber.updateMany({ data: { maxPapers: 5000, related: false } })
  const worker = await startWorkerProcess(settings, wrong)
  const faults = quiet ? () => 0 : faultsOver(openalex)
  const requests = new Map<Day, number>()
  let caused = 0
  try {
    for (now of stepsUntil(last)) {
      const before = openalex.requests.length
      caused += faults(dayOf(now))
      const isDue = now.getUTCHours() === DIGEST_HOUR
      await worker.work({ now: now.toISOString(), phases: isDue ? ['ingest', 'plan'] : ['ingest'] })
      const made = openalex.requests.length - before
      requests.set(dayOf(now), (requests.get(dayOf(now)) ?? 0) + made)
    }
    const counts = [...requests].map(([day, count]) => ({ isFaulty: isFaulty(day) && !quiet, count }))
    const most = (some: typeof counts) => Math.max(0, ...some.map(({ count }) => count))
    const offered = await database.db.digest.findMany({ orderBy: { localDate: 'asc' } })
    const names = paperNames(works)
    const titles = new Map((await database.db.paper.findMany()).map(({ id, title }) => [id, title]))
    const shown = offered.flatMap(({ papers }) => papers.map((id) => names.get(titles.get(id)!)!))
    return {
      works: works.length,
      lost: namesSeenBetween(works, FIRST, last).filter((name) => !shown.includes(name)),
      twice: [...new Set(shown.filter((name, place) => shown.indexOf(name) !== place))],
      waited: days - offered.length,
      digests: offered.length,
      quietRequests: most(counts.filter((one) => !one.isFaulty)),
      faultyRequests: most(counts.filter((one) => one.isFaulty)),
      faults: caused,
    }
  } finally {
    worker.stop()
    await openalex.close()
    await database.close()
    await postgres.destroy()
  }
}

function* stepsUntil(last: Day): Generator<Date> {
  for (let day = FIRST; day <= last; day = addDays(day, 1))
    for (const hour of HOURS) yield instantOf(day, hour, 'UTC')
}

async function addReader(settings: Record<string, string>): Promise<void> {
  const clock = stoppedClock(new Date(`${addDays(FIRST, -1)}T12:00:00Z`))
  const { deps, close } = await buildDeps(readConfig(settings), { clock, log: silentLog })
  const when = { zone: 'UTC', hour: String(DIGEST_HOUR), days: WEEKDAYS }
  await addSubscriber(deps, { email: 'reader@example.com', topics: ['work'], ...when, consent: 'a battery' })
  await close()
}

/** Every second day, but not the first one. */
const isFaulty = (day: Day): boolean => new Date(day).getUTCDate() % 2 === 1

const FAULTS: readonly Trouble[][] = [
  [{ kind: 'rate-limited', headers: { 'retry-after': '30' } }],
  [{ kind: 'rate-limited', headers: { 'retry-after': '7200' } }],
  [
    {
      kind: 'rate-limited',
      headers: {
        'retry-after': '10800',
        'x-ratelimit-remaining-usd': '0',
        'x-ratelimit-cost-required-usd': '0.0001',
      },
    },
  ],
  [{ kind: 'slow', ms: SLOW_MS }],
  [{ kind: 'cut-off' }],
  five({ kind: 'status', status: 503 }),
  five({ kind: 'html' }),
  five({ kind: 'body', body: '{"meta":{"count":1}' }),
]

const GOOD: Trouble = { kind: 'slow', ms: 0 }
/** More than the service asks for in an hour. */
const ANSWERS = 120

/** Fills the next answers of an hour with good ones and faults, by a seed; returns how many faults the last hour had. */
function faultsOver(server: JsonServer): (day: Day) => number {
  const random = chanceOfRow().random()
  const next = (): Trouble[] =>
    random() < SHARE ? [...FAULTS[Math.floor(random() * FAULTS.length)]!] : [GOOD]
  let queued: Trouble[] = []
  return (day) => {
    const used = queued.slice(0, queued.length - server.troubles.length)
    queued = isFaulty(day) ? Array.from({ length: ANSWERS }, next).flat() : []
    server.troubles.splice(0, Number.POSITIVE_INFINITY, ...queued)
    return used.filter((one) => one !== GOOD).length
  }
}
