import { addDays, type Day } from '../platform/dates.ts'
import type { SourceDay } from '../sources/source-day-store.ts'
import { counted, fill, listed, words } from '../words/words.ts'

/** How far back a source's newest word is looked for: over a weekend and a holiday. */
export const SOURCES_DAYS_BACK = 7

/**
 * "The newest lists we read: 31 papers from Hugging Face. No answer yet from arXiv cs.CL …": what each source last said
 * by `today` (UTC). A day that is still waiting, or had no papers at all, says nothing while there is an earlier one.
 */
export function sourcesLine(sourceDays: readonly SourceDay[], today: Day): string {
  const recent = sourceDays.filter(({ day }) => day <= today && day > addDays(today, -SOURCES_DAYS_BACK))
  const said = [...Map.groupBy(recent, ({ source }) => source)]
    .map(([source, days]) => ({ source: sourceName(source), papers: newestCount(days) }))
    .sort((a, b) => (a.source < b.source ? -1 : 1))
  const { read, silent, papers: forms, none } = words.emails.parts.sources
  const lists = said.flatMap(({ source, papers }) => {
    if (papers === null) return []
    return papers === 0 ? fill(none, { source }) : counted(papers, forms, { source })
  })
  const waitedFor = said.flatMap(({ source, papers }) => (papers === null ? source : []))
  return [
    lists.length > 0 ? fill(read, { lists: listed(lists) }) : [],
    waitedFor.length > 0 ? fill(silent, { sources: listed(waitedFor) }) : [],
  ]
    .flat()
    .join(' ')
}

/** Null for a source that has not answered. */
function newestCount(days: readonly SourceDay[]): number | null {
  const newest = days.toSorted((a, b) => b.day.localeCompare(a.day))
  const said = newest.find(({ state, papers }) => papers > 0 || state === 'stalled' || state === 'failed')
  if (!said) return 0
  return said.papers > 0 ? said.papers : null
}

/** "Hugging Face", "arXiv cs.CL" */
export function sourceName(source: string): string {
  const { huggingface, byHand } = words.emails.parts.sources
  if (source === 'huggingface') return huggingface
  if (source === 'import') return byHand
  return source.replace(/^arxiv:/, 'arXiv ')
}
