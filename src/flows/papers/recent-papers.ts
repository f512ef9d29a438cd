import { setImmediate } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { PaperTexts } from '../../digests/matcher.ts'
import type { DayRange } from '../../digests/week.ts'
import { type PaperText, readPaper } from '../../filters/text/paper-text.ts'
import type { Paper } from '../../papers/paper.ts'
import { horizon, papersBetween } from '../../papers/paper-store.ts'
import type { Database } from '../../platform/database.ts'
import { addDays, type Day, dayOf } from '../../platform/dates.ts'
import { Fault } from '../../platform/errors.ts'
import type { Deps } from '../../wiring.ts'

/** Papers of some days, by number, and cut into words. */
export interface RecentPapers extends DayRange {
  papers: readonly Paper[]
  texts: PaperTexts
}

export const MOST_DAYS = 30
/** A correction of a paper, or its votes, are seen after so long. */
const KEPT_MS = 60_000

type Reading = Pick<RecentPapers, 'papers' | 'texts'>

interface Kept {
  from: Day
  upTo: number
  at: Date
  reading: Promise<Reading>
}

// The last reading of each database, for whoever types: cutting papers into words takes longer than asking them.
const kept = new WeakMap<Database, Kept>()

interface Recent {
  days: number
  /** Newer versions too, of papers that were listed before or never. */
  withRevised?: boolean
}

/** The papers of the last `days` days up to today (UTC), from 1 to 30. Throws preview.days. */
export async function recentPapers(deps: Deps, { days, withRevised = false }: Recent): Promise<RecentPapers> {
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS) {
    throw new Fault('preview.days', { value: days, most: MOST_DAYS })
  }
  const to = dayOf(deps.clock.now())
  const from = addDays(to, 1 - days)
  const { papers, texts } = await lastReading(deps, from)
  const range = { from, to }
  const recent = papers.filter(
    (paper) => isListedIn(range, paper) || (withRevised && isIn(range, paper.revisedDay)),
  )
  return { ...range, papers: recent, texts: new Map(recent.map(({ id }) => [id, texts.get(id)!])) }
}

const isIn = ({ from, to }: DayRange, day: Day | null): boolean => day !== null && day >= from && day <= to

/** Whether it was first listed then; newer versions are no listing. */
export const isListedIn = (range: DayRange, { firstDay, onlyRevised }: Paper): boolean =>
  !onlyRevised && isIn(range, firstDay)

async function lastReading({ db, clock }: Deps, from: Day): Promise<Reading> {
  const upTo = await horizon(db)
  const at = clock.now()
  const last = kept.get(db)
  const isFresh = last && last.upTo === upTo && Math.abs(at.getTime() - last.at.getTime()) < KEPT_MS
  if (isFresh && last.from <= from) return last.reading
  const next = { from, upTo, at, reading: read(db, { from, upTo }, last?.reading) }
  kept.set(db, next)
  next.reading.catch(() => {
    if (kept.get(db) === next) kept.delete(db)
  })
  return next.reading
}

/** So many papers are cut into words, in some 10 ms, before others get their turn. */
const AT_ONCE = 10

async function read(
  db: Database,
  { from, upTo }: Pick<Kept, 'from' | 'upTo'>,
  earlier?: Promise<Reading>,
): Promise<Reading> {
  const papers = await papersBetween(db, { after: 0, upTo, firstDayFrom: from, orRevisedFrom: from })
  const before = await earlier?.catch(() => undefined)
  const known = new Map(before?.papers.map((paper) => [paper.id, paper]))
  const texts = new Map<number, PaperText>()
  for (const [i, paper] of papers.entries()) {
    if (i % AT_ONCE === 0) await setImmediate()
    const isSame = isDeepStrictEqual(paper, known.get(paper.id))
    texts.set(paper.id, isSame ? before!.texts.get(paper.id)! : readPaper(paper))
  }
  return { papers, texts }
}
