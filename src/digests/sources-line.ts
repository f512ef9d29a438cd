import { addDays, type Day } from '../platform/dates.ts'
import type { SourceDay } from '../sources/source-day-store.ts'

/** How far back a source's newest word is looked for: over a weekend and a holiday. */
export const SOURCES_DAYS_BACK = 7

/**
 * "Hugging Face: 31 papers, arXiv cs.CL: no answer yet": what each source last said by `today` (UTC). A day that is
 * still waiting, or had no papers at all, says nothing while there is an earlier one.
 */
export function sourcesLine(sourceDays: readonly SourceDay[], today: Day): string {
  const recent = sourceDays.filter(({ day }) => day <= today && day > addDays(today, -SOURCES_DAYS_BACK))
  const bySource = Map.groupBy(recent, ({ source }) => source)
  return [...bySource]
    .map(([source, days]) => `${sourceName(source)}: ${lastWord(days)}`)
    .sort()
    .join(', ')
}

function lastWord(days: readonly SourceDay[]): string {
  const newest = [...days].sort((a, b) => b.day.localeCompare(a.day))
  const said = newest.find(({ state, papers }) => papers > 0 || state === 'stalled' || state === 'failed')
  if (!said) return 'no papers'
  if (said.papers > 0) return said.papers === 1 ? '1 paper' : `${said.papers} papers`
  return 'no answer yet'
}

function sourceName(source: string): string {
  if (source === 'huggingface') return 'Hugging Face'
  return source.replace(/^arxiv:/, 'arXiv ')
}
