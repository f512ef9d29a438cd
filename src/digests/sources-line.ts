import type { Database } from '../core/database/database.ts'
import { addDays, type Day, dayOf } from '../core/dates.ts'
import { memoize } from '../core/memoize.ts'
import { shortDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { maxPaperId } from '../papers/paper.repo.ts'
import { parseSourceName, sectionTitle, sourceTitle } from '../sources/registry.ts'
import { type SourceDay, sourceDaysBetween } from '../sources/source-day.repo.ts'

/** How many days back to look for a source's latest status: over a weekend and a holiday. */
const SOURCES_DAYS_BACK = 7

const MAX_LENGTH = 320
const MAX_SECTIONS = 5
/** Number of lines that are kept. */
const MAX_LINES = 100

/** What a source brought last when a digest is planned: plain data, which `sourcesLine` puts into words. */
export interface SourceNews {
  source: string
  /** Absent for the day of planning (UTC). */
  day?: Day
  /** The number of papers, or why it brought no papers. */
  brought: number | keyof typeof words.emails.parts.sources.without
}

/** What each source brought last by `today` (UTC), in the order of `sources`, then of names. */
export function sourceNews(
  sourceDays: readonly SourceDay[],
  today: Day,
  sources: readonly string[] = [],
): SourceNews[] {
  const recent = sourceDays.filter(({ day }) => day <= today && day > addDays(today, -SOURCES_DAYS_BACK))
  const bySource = Map.groupBy(recent, ({ source }) => source)
  const named = new Set([...sources, ...[...bySource.keys()].sort(byName)])
  return [...named].map((source) => newsOf(source, bySource.get(source) ?? [], today))
}

const byName = (a: string, b: string): number => (sourceName(a) < sourceName(b) ? -1 : 1)

/** A waiting day does not count if an earlier day brought something. */
function newsOf(source: string, days: readonly SourceDay[], today: Day): SourceNews {
  const newest = days.toSorted((a, b) => b.day.localeCompare(a.day))
  const telling = newest.find(saysSomething) ?? newest[0]
  if (!telling) return { source, brought: 'notYet' }
  return { source, ...(telling.day !== today && { day: telling.day }), brought: broughtBy(telling) }
}

const saysSomething = ({ state, papers }: SourceDay): boolean => papers > 0 || state !== 'waiting'

function broughtBy({ state, reason, papers }: SourceDay): SourceNews['brought'] {
  if (papers > 0) return papers
  if (state === 'quiet') return reason === 'weekend' || reason === 'holiday' ? reason : 'none'
  return state === 'stalled' && reason === 'repeated' ? 'repeated' : 'notYet'
}

/** What several sections of one source brought. */
type Clause = Pick<SourceNews, 'day' | 'brought'> & { sources: string[] }

/** "arXiv cs.CL, cs.AI: holiday. Hugging Face, 13 Aug: 31 papers." */
export const sourcesLine = (all: readonly SourceNews[]): string => lineOf(JSON.stringify(all))

/** All digests of an hour have equal news. */
const lineOf = memoize((all: string) => withinLength(joined(JSON.parse(all))), MAX_LINES)

/** Joins sections of one source that brought the same, but for numbers of papers. */
function joined(all: readonly SourceNews[]): Clause[] {
  const alike = Map.groupBy(all, ({ source, day = '', brought }) => {
    const named = parseSourceName(source)
    const who = named?.section && typeof brought !== 'number' ? named.source.name : source
    return [who, day, brought].join('\n')
  })
  return [...alike.values()].map((group) => ({ ...group[0]!, sources: group.map(({ source }) => source) }))
}

/** As many clauses as fit; counts the sources of the others. */
function withinLength(clauses: readonly Clause[]): string {
  for (let shown = clauses.length; shown > 0; shown--) {
    const left = clauses.slice(shown).reduce((sum, { sources }) => sum + sources.length, 0)
    const more = left > 0 ? [counted(left, words.emails.parts.sources.more)] : []
    const line = [...clauses.slice(0, shown).map(clauseText), ...more].join(' ')
    if (line.length <= MAX_LENGTH) return line
  }
  return ''
}

function clauseText({ sources, day, brought }: Clause): string {
  const { clause, clauseOfDay, papers, without } = words.emails.parts.sources
  const source = namesOf(sources)
  const said = typeof brought === 'number' ? counted(brought, papers) : without[brought]
  return day ? fill(clauseOfDay, { source, day: shortDate(day), said }) : fill(clause, { source, said })
}

/** "arXiv cs.CL, cs.AI" */
function namesOf([first = '', ...others]: readonly string[]): string {
  const sections = others.slice(0, MAX_SECTIONS - 1).map(sectionTitle)
  const names = [sourceName(first), ...sections].join(', ')
  const count = others.length + 1 - MAX_SECTIONS
  return count > 0 ? fill(words.emails.parts.sources.moreSections, { names, count }) : names
}

/** "Hugging Face", "arXiv cs.CL" */
export const sourceName = (source: string): string =>
  source === 'import' ? words.emails.parts.sources.byHand : sourceTitle(source)

/** The highest paper id and the sources at an instant: frozen with what is planned then. */
export interface Snapshot {
  maxPaperId: number
  sources: SourceNews[]
}

/** `sources`: those of the settings, whose order is kept; without them, sorted by name. */
export async function snapshotAt(
  db: Database,
  { now, sources }: { now: Date; sources?: readonly string[] },
): Promise<Snapshot> {
  const today = dayOf(now)
  const sourceDays = await sourceDaysBetween(db, { from: addDays(today, -SOURCES_DAYS_BACK), to: today })
  return { maxPaperId: await maxPaperId(db), sources: sourceNews(sourceDays, today, sources) }
}
