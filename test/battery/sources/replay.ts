import { type Database, openDatabase } from '../../../src/core/database/database.ts'
import { addDays, type Day, weekdayOf } from '../../../src/core/dates.ts'
import { silentLog } from '../../../src/core/log.ts'
import { papersListedOn } from '../../../src/papers/paper.repo.ts'
import { type SourceDay, sourceDaysBetween } from '../../../src/sources/source-day.repo.ts'
import { startHuggingFaceServer } from '../../support/hugging-face-server.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import { entriesAt, type HfDays, type HfEntry, hfDays, laterDays, readDay } from './hf-days.ts'
import { startWorkerProcess } from './worker-process.ts'

const HOUR_MS = 3600 * 1000
const DAY_MS = 24 * HOUR_MS
/** The later answers were recorded some eight hours after the others. */
const LATER_FROM_MS = 20 * HOUR_MS
/** Votes are read for two weeks after a day, and two days more until nothing is left to read. */
const VOTES_ARE_READ_MS = 14 * DAY_MS
const VOTES_DAYS = 16

export interface ReplayResult {
  days: number
  papers: number
  /** Recorded, and not listed by us on that day. */
  lost: number
  /** The other way round. */
  invented: number
  /** Days that do not end closed and fresh, or quiet for their reason where they have no papers. */
  wrongStates: string[]
  /** Papers with other votes than they had when they were last served. */
  wrongVotes: number
  /** Days with papers whose votes were not asked for until two weeks after them. */
  readTooShort: number
  late: number
  requests: number
  peakMb: number
}

/** Recorded days whose name begins with `prefix`, hour by hour through the real ingest; undefined if none are recorded. */
export async function replay(prefix: string): Promise<ReplayResult | undefined> {
  const days = hfDays(prefix)
  if (!days) return undefined
  const truth = truthOf(days)
  const served: Served = { votes: new Map(), lastAt: new Map() }
  let now = 0
  const folder = (day: Day) => noted(served, { day, now, entries: truth(day, now) })
  const source = await startHuggingFaceServer({ folder, today: '9999-12-31' })
  const postgres = await ownDatabase()
  const database = openDatabase(postgres.url, silentLog, { connections: 2 })
  const worker = await startWorkerProcess({ DATABASE_URL: postgres.url, HF_URL: source.url })
  try {
    let peakMb = 0
    for (now of stepsOver([...days.keys()])) {
      const done = await worker.work({ now: new Date(now).toISOString(), phases: ['ingest'] })
      peakMb = done.peakMb
    }
    return { ...(await compare(database.db, { days, truth, served })), peakMb }
  } finally {
    worker.stop()
    await source.close()
    await database.close()
    await postgres.destroy()
  }
}

/** What the service answers of a day at an instant: as it was recorded later, where it was and that has come. */
type Truth = (day: Day, now: number) => HfEntry[]

function truthOf(days: HfDays): Truth {
  const later = new Map(laterDays().map((day) => [day, readDay('later-same-day', day)]))
  return (day, now) => {
    const recorded = now >= Date.parse(`${day}T00:00:00Z`) + LATER_FROM_MS ? later.get(day) : undefined
    return recorded ?? entriesAt(days.get(day) ?? [], now)
  }
}

/** Every hour from the first day of each stretch until two days after its last, then every day until votes settle. */
function* stepsOver(days: readonly Day[]): Generator<number> {
  for (const { first, last } of stretchesOf(days)) {
    const hourly = last + 2 * DAY_MS
    for (let now = first; now <= hourly; now += HOUR_MS) yield now
    for (let now = hourly; now <= last + VOTES_DAYS * DAY_MS; now += DAY_MS) yield now
  }
}

/** Days that lie less than two weeks apart belong together. */
function stretchesOf(days: readonly Day[]): { first: number; last: number }[] {
  const stretches: { first: number; last: number }[] = []
  for (const day of days.toSorted()) {
    const at = Date.parse(`${day}T00:00:00Z`)
    const open = stretches.at(-1)
    if (open && at - open.last < 14 * DAY_MS) open.last = at
    else stretches.push({ first: at, last: at })
  }
  return stretches
}

/** What was served to clients. */
interface Served {
  /** By paper, then by the day on whose list it stood. */
  votes: Map<string, Map<Day, number>>
  lastAt: Map<Day, number>
}

function noted(served: Served, { day, now, entries }: { day: Day; now: number; entries: HfEntry[] }) {
  served.lastAt.set(day, now)
  for (const { paper } of entries) {
    const byDay = served.votes.get(paper.id) ?? new Map<Day, number>()
    served.votes.set(paper.id, byDay)
    if (paper.upvotes !== undefined) byDay.set(day, paper.upvotes)
  }
  return entries
}

interface Known {
  days: HfDays
  truth: Truth
  served: Served
}

async function compare(db: Database, known: Known): Promise<Omit<ReplayResult, 'peakMb'>> {
  const names = [...known.days.keys()].sort()
  const rows = await sourceDaysBetween(db, { from: names[0]!, to: addDays(names.at(-1)!, 1) })
  const counts = { papers: 0, lost: 0, invented: 0, wrongVotes: 0 }
  for (const day of names) {
    const served = listedOn(day, known)
    const ours = new Map((await papersListedOn(db, day)).map(({ arxivId, votes }) => [arxivId!, votes]))
    counts.papers += served.size
    counts.lost += [...served].filter((id) => !ours.has(id)).length
    counts.invented += [...ours.keys()].filter((id) => !served.has(id)).length
    counts.wrongVotes += [...ours].filter(([id, votes]) => votes !== lastVotes(known.served, id)).length
  }
  const isSeenToItsEnd = ({ day }: SourceDay) =>
    names.some((recorded) => day >= recorded && day <= addDays(recorded, LOOKED_AFTER_DAYS))
  return {
    days: names.length,
    ...counts,
    readTooShort: names.filter((day) => isReadTooShort(day, known)).length,
    wrongStates: rows.filter((row) => isSeenToItsEnd(row) && !isAsExpected(row, known.days)).map(inWords),
    late: sum(rows.map(({ late }) => late)),
    requests: sum(rows.map(({ requests }) => requests)),
  }
}

/** Of the days after a stretch only votes are looked after, and then the clock jumps over months. */
const LOOKED_AFTER_DAYS = 3

const inWords = ({ day, state, reason }: SourceDay): string =>
  `${day} ${state}${reason ? ` (${reason})` : ''}`

/** A paper on the lists of several days has the highest votes of all. */
function lastVotes({ votes }: Served, id: string): number | null {
  const last = [...(votes.get(id)?.values() ?? [])]
  return last.length > 0 ? Math.max(...last) : null
}

const isReadTooShort = (day: Day, { days, served }: Known): boolean =>
  (days.get(day) ?? []).length > 0 &&
  (served.lastAt.get(day) ?? 0) < Date.parse(`${day}T00:00:00Z`) + VOTES_ARE_READ_MS

/** Every paper that the day's list held at some time and that was not taken from it. */
function listedOn(day: Day, { days, truth }: Known): Set<string> {
  const first = (days.get(day) ?? []).map(({ entry }) => entry)
  const last = truth(day, Number.MAX_SAFE_INTEGER)
  const all = new Map([...first, ...last].map((entry) => [entry.paper.id, entry.paper]))
  return new Set([...all.values()].filter(({ withdrawnAt }) => !withdrawnAt).map(({ id }) => id))
}

/** A day without papers has a reason: it is a day of rest, or the source says that it has none. */
function isAsExpected({ day, state, reason, closedAt }: SourceDay, days: HfDays): boolean {
  if (closedAt === null) return false
  if ((days.get(day) ?? []).length > 0) return state === 'fresh' && reason === null
  if (['sat', 'sun'].includes(weekdayOf(day))) return state === 'quiet' && reason === 'weekend'
  if (day.endsWith('-01-01')) return state === 'quiet' && reason === 'holiday'
  return state === 'stalled' || (state === 'quiet' && reason === 'none')
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
