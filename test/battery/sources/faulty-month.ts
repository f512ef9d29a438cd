import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { type Database, openDatabase } from '../../../src/core/database/database.ts'
import { addDays, type Day, dayOf, WEEKDAYS, type Weekday, weekdayOf } from '../../../src/core/dates.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { type SourceDay, sourceDaysBetween } from '../../../src/sources/source-day.repo.ts'
import { startArxivServer } from '../../support/arxiv-server.ts'
import { startHuggingFaceServer } from '../../support/hugging-face-server.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { startSink } from '../month/sink.ts'
import { type Troubles, troublesOver } from './faults.ts'
import { entriesAt } from './hf-days.ts'
import { CATEGORIES, type Month } from './month.ts'
import { judge, MIN_VOTES, type Offered, type Reader, truePapers } from './oracle.ts'
import type { Phase } from './worker.ts'
import { startWorkerProcess } from './worker-process.ts'

const HOUR_MS = 3600 * 1000
const DAY_MS = 24 * 3600 * 1000
const NO_TROUBLES: Troubles = { hf: [], arxiv: [], isDown: false }
const EVERYTHING = 'votes>=0 OR cat:cs OR cat:stat'

export interface MonthResult {
  days: SourceDay[]
  offered: Record<string, Offered>
  papers: number
  mails: number
  requests: number
  peakMb: number
}

/** Who reads: all of it, in three places and from the middle on; newer versions; what has the votes, daily and weekly. */
function readersOf({ first, last }: Month): Reader[] {
  const before = new Date(`${addDays(first, -1)}T12:00:00Z`)
  const later = new Date(`${addDays(first, 4)}T12:00:00Z`)
  const middle = new Date(`${middleOf(first, last)}T12:00:00Z`)
  const all = { query: EVERYTHING, follows: 'everything', confirmed: before } as const
  const newer = { query: 'is:revised', follows: 'newer versions', ...MORNING } as const
  const votes = { query: `votes>=${MIN_VOTES}`, follows: 'votes', ...MORNING } as const
  // The second one lies just after the end, so that it has most of the month behind it, however short that is.
  const weekdays: Weekday[] = ['mon', weekdayOf(addDays(last, 1))]
  return [
    { ...all, address: 'london@reader.example', zone: 'Europe/London', hour: 8 },
    { ...all, address: 'tokyo@reader.example', zone: 'Asia/Tokyo', hour: 8 },
    { ...all, address: 'honolulu@reader.example', zone: 'Pacific/Honolulu', hour: 17 },
    { ...all, address: 'later@reader.example', zone: 'UTC', hour: 6, confirmed: later },
    { ...newer, address: 'newer@reader.example', confirmed: before },
    { ...newer, address: 'newer-middle@reader.example', confirmed: middle },
    { ...votes, address: 'votes@reader.example', confirmed: before },
    { ...votes, address: 'votes-middle@reader.example', confirmed: middle },
    ...weekdays.flatMap((day, place) => [
      { ...newer, address: `newer-${place}-${day}@reader.example`, confirmed: before, days: [day] },
      { ...votes, address: `votes-${place}-${day}@reader.example`, confirmed: before, days: [day] },
    ]),
  ]
}

const MORNING = { zone: 'UTC', hour: 9 }

const middleOf = (first: Day, last: Day): Day =>
  dayOf(new Date((Date.parse(`${first}T12:00:00Z`) + Date.parse(`${last}T12:00:00Z`)) / 2))

interface MonthOptions {
  wrong?: WrongPart
  /** Without faults. */
  quiet?: boolean
  /** How often the service looks; every half hour unless given. Digests are due at full hours. */
  stepMs?: number
}

/** A month half hour by half hour, with faults, through the real ingest, plan and delivery. */
export async function runMonth(
  month: Month,
  { wrong, quiet = false, stepMs = HOUR_MS / 2 }: MonthOptions = {},
): Promise<MonthResult> {
  let now = new Date(0)
  const hf = await startHuggingFaceServer({
    folder: (day) => entriesAt(month.hf.get(day) ?? [], now.getTime()),
    today: '9999-12-31',
  })
  const arxiv = await startArxivServer({ days: month.arxiv, now: () => now })
  const sink = await startSink()
  const postgres = await ownDatabase()
  const database = openDatabase(postgres.url, silentLog, { connections: 2 })
  const settings = {
    DATABASE_URL: postgres.url,
    SMTP_URL: sink.url,
    HF_URL: hf.url,
    ...arxiv.urls,
    SOURCES: ['huggingface', ...CATEGORIES.map((category) => `arxiv:${category}`)].join(),
  }
  const readers = readersOf(month)
  await addReaders(database.db, settings, readers)
  const worker = await startWorkerProcess(settings, wrong)
  const troublesAt = quiet ? () => NO_TROUBLES : troublesOver(month.hf)
  let peakMb = 0
  try {
    for (now of stepsOver(month, stepMs)) {
      const troubles = troublesAt(now)
      hf.troubles.splice(0, Number.POSITIVE_INFINITY, ...troubles.hf)
      arxiv.troubles.splice(0, Number.POSITIVE_INFINITY, ...troubles.arxiv)
      if (troubles.isDown) continue
      const phases: Phase[] = now.getTime() % HOUR_MS === 0 ? ['ingest', 'plan', 'deliver'] : ['ingest']
      const done = await worker.work({ now: now.toISOString(), phases })
      peakMb = done.peakMb
    }
    const papers = truePapers(month)
    const judged = { papers, mails: sink.mails, end: now }
    return {
      days: await sourceDaysBetween(database.db, { from: month.first, to: month.last }),
      offered: Object.fromEntries(readers.map((one) => [one.address, judge(one, judged)])),
      papers: papers.length,
      mails: sink.mails.length,
      requests: hf.requests.length + arxiv.requests.length,
      peakMb,
    }
  } finally {
    worker.stop()
    for (const server of [hf, arxiv]) await server.close()
    await sink.stop()
    await database.close()
    await postgres.destroy()
  }
}

/** Only titles, and more of them than a subscriber may choose, so that emails name every paper that they offer. */
async function addReaders(db: Database, settings: Record<string, string>, readers: Reader[]): Promise<void> {
  for (const { address, zone, hour, query, confirmed, days = WEEKDAYS } of readers) {
    const { deps, close } = await buildDeps(readConfig(settings), {
      clock: stoppedClock(confirmed),
      log: silentLog,
    })
    await addSubscriber(deps, {
      email: address,
      topics: [query],
      zone,
      hour: String(hour),
      days,
      max: '25',
      consent: 'a month',
    })
    await close()
  }
  await db.$executeRaw`alter table subscriber drop constraint subscriber_max_papers`
  await db.$executeRaw`alter table digest drop constraint digest_papers`
  await db.subscriber.updateMany({ data: { maxPapers: 500, detail: 'titles' } })
}

/** Two days more than the month has, so that what came last is out. */
function* stepsOver({ first, last }: Month, stepMs: number): Generator<Date> {
  const end = Date.parse(`${last}T00:00:00Z`) + 3 * DAY_MS
  for (let now = Date.parse(`${first}T00:00:00Z`); now < end; now += stepMs) yield new Date(now)
}

/** "2025-07-01 fresh 14 papers, 0 late, 9 requests", by source and day. */
export const linesOf = (days: readonly SourceDay[]): string[] =>
  days.map(
    ({ source, day, state, reason, papers, revised, late, requests }: SourceDay & { day: Day }) =>
      `${source.padEnd(12)} ${day} ${state}${reason ? ` (${reason})` : ''}: ${papers} papers, ${revised} newer versions, ${late} late, ${requests} requests`,
  )
