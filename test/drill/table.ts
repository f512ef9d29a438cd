import { type DrillResult, MAX_DOUBLES } from './failover.ts'
import type { Variant } from './variants.ts'

export interface Row {
  variant: Variant
  seed: number
  result?: DrillResult
  /** Why there is no result. */
  error?: string
}

/** What must hold, in words for each that does not. */
export function breaches({ verdict, whileHeld, stillOnlyOld }: DrillResult): string[] {
  const { lost, misrecorded, doubles, differing, mailedAfter } = verdict
  return [
    ...(lost > 0 ? [`${lost} lost`] : []),
    ...(misrecorded > 0 ? [`${misrecorded} recorded wrongly`] : []),
    ...(doubles > MAX_DOUBLES ? [`${doubles} sent twice, more than ${MAX_DOUBLES}`] : []),
    ...(differing > 0 ? [`${differing} sent again with other bytes`] : []),
    ...(mailedAfter > 0 ? [`${mailedAfter} emailed after an acknowledged unsubscribe`] : []),
    ...(whileHeld > 0 ? [`${whileHeld} sent while delivery was held`] : []),
    ...(stillOnlyOld > 0 ? [`${stillOnlyOld} acceptances that only the old primary has`] : []),
  ]
}

export const isRowOk = ({ variant, result }: Row): boolean =>
  result !== undefined && (variant.isExpectedToFail || breaches(result).length === 0)

const seconds = (from: number, to: number | undefined): string =>
  to === undefined ? '–' : ((to - from) / 1000).toFixed(1)

const COLUMNS: readonly (readonly [title: string, value: (result: DrillResult) => string | number])[] = [
  ['sent before the cut', ({ before }) => before],
  ['lost', ({ verdict }) => verdict.lost],
  ['after an unsubscribe', ({ verdict }) => verdict.mailedAfter],
  ['twice', ({ verdict }) => verdict.doubles],
  ['ended by resume', ({ verdict }) => verdict.ended],
  ['unsubscribed', ({ acknowledged }) => acknowledged],
  ['detected', ({ times }) => seconds(times.cut, times.tookKey)],
  ['promoted', ({ times }) => seconds(times.cut, times.promoted)],
  ['old primary fenced', ({ times }) => seconds(times.cut, times.fenced)],
  ['site ready', ({ times }) => seconds(times.cut, times.ready)],
  ['first unsubscribe', ({ times }) => seconds(times.cut, times.unsubscribed)],
  ['held', ({ times }) => seconds(times.cut, times.held)],
  ['resumed', ({ times }) => seconds(times.cut, times.resumed)],
  ['first email', ({ times }) => seconds(times.cut, times.email)],
  ['all sent', ({ times }) => seconds(times.cut, times.done)],
  ['rejoined', ({ times }) => seconds(times.healed, times.followed)],
  ['only on the old', ({ onlyOld }) => onlyOld],
]

/** A Markdown table; times are seconds from the cut, of the last but one column from the end of the cut. */
export function tableOf(rows: readonly Row[]): string {
  const head = ['drill', 'seed', ...COLUMNS.map(([title]) => title)]
  const lines = rows.map(({ variant, seed, result }) => [
    variant.name,
    seed,
    ...COLUMNS.map(([, value]) => (result ? value(result) : '–')),
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
