import type { SourceDay } from '../sources/source-day.repo.ts'

const REASONS: Record<NonNullable<SourceDay['reason']>, string> = {
  weekend: 'weekend',
  holiday: 'holiday',
  none: 'no papers',
  repeated: 'same list as another day',
  'made-up': 'filled in from the archive',
}

/** The reason for a day's state, for the operator; "" if there is none. */
export const sourceReasonText = (reason: SourceDay['reason']): string => (reason ? REASONS[reason] : '')

/** "fresh", "quiet: weekend" */
export const sourceStateText = ({ state, reason }: Pick<SourceDay, 'state' | 'reason'>): string =>
  reason ? `${state}: ${sourceReasonText(reason)}` : state

const MAX_NAMED = 5

/** "2 papers rejected by the database: arxiv:2608.00001, arxiv:2608.00002"; empty if there were none. */
export function rejectedPapersText(papers: readonly string[]): string {
  if (papers.length === 0) return ''
  const more = papers.length > MAX_NAMED ? `, and ${papers.length - MAX_NAMED} more` : ''
  const count = `${papers.length} ${papers.length === 1 ? 'paper' : 'papers'}`
  return `${count} rejected by the database: ${papers.slice(0, MAX_NAMED).join(', ')}${more}`
}

/** What failed at a source, for the operator; `fault` is the stored code. */
export function sourceFaultText(fault: string, status: number | null): string {
  const said = status && status !== 200 ? ` (${status})` : ''
  return `${FAULTS[fault] ?? fault}${said}`
}

const FAULTS: Record<string, string> = {
  'source.unreachable': 'no response',
  'source.failing': 'error response',
  'source.rate-limited': 'rate limited',
  'source.not-begun': 'not fetched: the day has not started',
  'source.held': 'not fetched: waiting as it requested',
  'source.too-large': 'response too large',
  'source.not-xml': 'incomplete feed',
  'source.not-json': 'not a list',
  'source.refused-date': 'date refused',
  'source.refused': 'request refused: check its address in the settings',
  'source.unreadable': 'nothing readable',
  'source.unknown': 'no such source',
  'papers.rejected': 'nothing that the database accepts',
}
