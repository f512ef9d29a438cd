import { papersListedOn } from '../../../src/papers/paper-store.ts'
import { type Database, openDatabase } from '../../../src/platform/database.ts'
import { addDays, type Day } from '../../../src/platform/dates.ts'
import { silentLog } from '../../../src/platform/log.ts'
import { type SourceDay, sourceDaysBetween } from '../../../src/sources/source-day-store.ts'
import { startHuggingFaceServer } from '../../support/hugging-face-server.ts'
import { ownDatabase } from '../bench/shared-postgres.ts'
import { startHand } from './crew.ts'
import { entriesAt, type HfDays, type HfEntry, hfDays, laterDays, readDay } from './hf-days.ts'

const HOUR_MS = 3600 * 1000
const DAY_MS = 24 * HOUR_MS
/** The later answers were recorded some eight hours after the others. */
const LATER_FROM_MS = 20 * HOUR_MS
/** Votes are read for two weeks after a day. */
const VOTES_DAYS = 16
const WEEKEND = [0, 6]

export interface ReplayResult {
  days: number
  papers: number
  /** Recorded, and not listed by us on that day. */
  lost: number
  /** The other way round. */
  invented: number
  /** Days that do not end closed and fresh, or quiet where nothing was recorded at a weekend. */
  wrongStates: string[]
  wrongVotes: number
  late: number
  requests: number
  peakMb: number
}

/** Recorded days whose name begins with `prefix`, hour by hour through the real ingest; undefined where there are none. */
export async function replay(prefix: string): Promise<ReplayResult | undefined> {
  const days = hfDays(prefix)
  if (!days) return undefined
  const truth = truthOf(days)
  let now = 0
  const folder = (day: Day) => truth(day, now)
  const source = await startHuggingFaceServer({ folder, today: '9999-12-31' })
  const postgres = await ownDatabase()
  const database = openDatabase(postgres.url, silentLog, 2)
  const hand = await startHand({ DATABASE_URL: postgres.url, HF_URL: source.url })
  try {
    let peakMb = 0
    for (now of stepsOver([...days.keys()])) {
      const done = await hand.work({ now: new Date(now).toISOString(), phases: ['ingest'] })
      peakMb = done.peakMb
    }
    return { ...(await compare(database.db, days, truth)), peakMb }
  } finally {
    hand.stop()
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

async function compare(db: Database, days: HfDays, truth: Truth): Promise<Omit<ReplayResult, 'peakMb'>> {
  const names = [...days.keys()].sort()
  const rows = await sourceDaysBetween(db, { from: names[0]!, to: addDays(names.at(-1)!, 1) })
  const counts = { papers: 0, lost: 0, invented: 0, wrongVotes: 0 }
  for (const day of names) {
    const told = standingOn(day, days, truth)
    const ours = new Map((await papersListedOn(db, day)).map(({ arxivId, votes }) => [arxivId!, votes]))
    counts.papers += told.size
    counts.lost += [...told.keys()].filter((id) => !ours.has(id)).length
    counts.invented += [...ours.keys()].filter((id) => !told.has(id)).length
    counts.wrongVotes += [...told].filter(([id, votes]) => (ours.get(id) ?? votes) < votes).length
  }
  return {
    days: names.length,
    ...counts,
    wrongStates: rows.filter((row) => !isAsExpected(row, days)).map(({ day, state }) => `${day} ${state}`),
    late: sum(rows.map(({ late }) => late)),
    requests: sum(rows.map(({ requests }) => requests)),
  }
}

/** Every paper that the day's list held at some time and that was not taken from it, with its last votes. */
function standingOn(day: Day, days: HfDays, truth: Truth): Map<string, number> {
  const first = (days.get(day) ?? []).map(({ entry }) => entry)
  const last = truth(day, Number.MAX_SAFE_INTEGER)
  const all = new Map([...first, ...last].map((entry) => [entry.paper.id, entry.paper]))
  const standing = [...all.values()].filter(({ withdrawnAt }) => !withdrawnAt)
  return new Map(standing.map(({ id, upvotes = 0 }) => [id, upvotes]))
}

function isAsExpected({ day, state, closedAt }: SourceDay, days: HfDays): boolean {
  if (closedAt === null) return false
  if (days.has(day)) return state === 'fresh'
  // Between the stretches weekdays are not recorded.
  const isWeekend = WEEKEND.includes(new Date(`${day}T00:00:00Z`).getUTCDay())
  return !isWeekend || state === 'quiet'
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
