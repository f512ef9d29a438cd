import type { Database } from '../core/database/database.ts'
import { addDays, type Day, dayOf } from '../core/dates.ts'
import { shortDate } from '../i18n/dates.ts'
import { counted, fill, words } from '../i18n/words.ts'
import { maxPaperId } from '../papers/paper.repo.ts'
import { parseSourceName, sourceTitle } from '../sources/registry.ts'
import { type SourceDay, sourceDaysBetween } from '../sources/source-day.repo.ts'

/** How many days back to look for a source's latest status: over a weekend and a holiday. */
const SOURCES_DAYS_BACK = 7

const MAX_LENGTH = 320
const MAX_SECTIONS = 5

/** The status of one source, or of several sections that share it. */
interface Clause {
  sources: string[]
  /** The day of the status; undefined for `today`. */
  day?: Day
  said: string
  /** Whether it is the number of papers, counted for each section. */
  isCount: boolean
}

/**
 * "arXiv cs.CL, cs.AI: holiday. Hugging Face, 13 Aug: 31 papers.": the last status of each source by `today` (UTC), in
 * the order of `sources`, then of names. A waiting day is left out if an earlier day has a status.
 */
export function sourcesLine(
  sourceDays: readonly SourceDay[],
  today: Day,
  sources: readonly string[] = [],
): string {
  const recent = sourceDays.filter(({ day }) => day <= today && day > addDays(today, -SOURCES_DAYS_BACK))
  const bySource = Map.groupBy(recent, ({ source }) => source)
  const named = new Set([...sources, ...[...bySource.keys()].sort(byName)])
  const clauses = [...named].map((source) => clauseOf(source, bySource.get(source) ?? [], today))
  return withinLength(joined(clauses))
}

const byName = (a: string, b: string): number => (sourceName(a) < sourceName(b) ? -1 : 1)

function clauseOf(source: string, days: readonly SourceDay[], today: Day): Clause {
  const newest = days.toSorted((a, b) => b.day.localeCompare(a.day))
  const telling = newest.find(saysSomething) ?? newest[0]
  return {
    sources: [source],
    day: telling && telling.day !== today ? telling.day : undefined,
    said: telling ? saidOf(telling) : words.emails.parts.sources.notYet,
    isCount: (telling?.papers ?? 0) > 0,
  }
}

const saysSomething = ({ state, papers }: SourceDay): boolean => papers > 0 || state !== 'waiting'

function saidOf({ state, reason, papers }: SourceDay): string {
  const { papers: forms, none, notYet, reasons } = words.emails.parts.sources
  if (papers > 0) return counted(papers, forms)
  if (state === 'quiet') return reason === 'weekend' || reason === 'holiday' ? reasons[reason] : none
  return state === 'stalled' && reason === 'repeated' ? reasons.repeated : notYet
}

/** Joins sections of one source that have the same status. */
function joined(clauses: readonly Clause[]): Clause[] {
  const byWhat = Map.groupBy(clauses, ({ sources: [source = ''], day = '', said, isCount }) => {
    const named = parseSourceName(source)
    const who = named?.section && !isCount ? named.source.name : source
    return [who, day, said].join('\n')
  })
  return [...byWhat.values()].map((alike) => ({
    ...alike[0]!,
    sources: alike.flatMap(({ sources }) => sources),
  }))
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

function clauseText({ sources, day, said }: Clause): string {
  const { clause, clauseOfDay } = words.emails.parts.sources
  const source = namesOf(sources)
  return day ? fill(clauseOfDay, { source, day: shortDate(day), said }) : fill(clause, { source, said })
}

/** "arXiv cs.CL, cs.AI" */
function namesOf([first = '', ...others]: readonly string[]): string {
  const sections = others.map((source) => parseSourceName(source)?.section ?? source)
  const names = [sourceName(first), ...sections.slice(0, MAX_SECTIONS - 1)].join(', ')
  const count = others.length + 1 - MAX_SECTIONS
  return count > 0 ? fill(words.emails.parts.sources.moreSections, { names, count }) : names
}

/** "Hugging Face", "arXiv cs.CL" */
export const sourceName = (source: string): string =>
  source === 'import' ? words.emails.parts.sources.byHand : sourceTitle(source)

/** The highest paper id and the sources line at an instant: frozen with what is planned then. */
export interface Snapshot {
  maxPaperId: number
  sources: string
}

/** `sources`: those of the settings, whose order the line keeps; without them, sorted by name. */
export async function snapshotAt(
  db: Database,
  { now, sources }: { now: Date; sources?: readonly string[] },
): Promise<Snapshot> {
  const today = dayOf(now)
  const sourceDays = await sourceDaysBetween(db, { from: addDays(today, -SOURCES_DAYS_BACK), to: today })
  return { maxPaperId: await maxPaperId(db), sources: sourcesLine(sourceDays, today, sources) }
}
