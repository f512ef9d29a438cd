import type {
  ImportProgress,
  SubscriberImportResult,
} from '../../subscribers/import-export/import-subscribers.ts'

const number = (value: number): string => value.toLocaleString('en')

/** A progress line that overwrites itself, only on a terminal. */
export function progressLine(
  stream: NodeJS.WriteStream,
  seconds: () => number,
): { show?: (progress: ImportProgress) => void; clear(): void } {
  if (!stream.isTTY) return { clear() {} }
  let first: number | undefined
  return {
    show({ rows, refused, done }) {
      first ??= rows
      const rate = Math.round((rows - first) / seconds())
      stream.write(
        `\r\u001b[K${Math.floor(done * 100)} %  ${number(rows)} rows, ${number(refused)} refused, ${number(rate)} a second`,
      )
    },
    clear: () => void stream.write('\r\u001b[K'),
  }
}

interface ImportSummaryOptions {
  dryRun: boolean
  ask?: boolean
  seconds: number
  rowsPerSecond: number
}

const MAX_REASONS = 8

export function textOfImported(
  imported: SubscriberImportResult,
  { dryRun, ask, seconds, rowsPerSecond }: ImportSummaryOptions,
): string {
  const {
    rows,
    taken,
    unchanged,
    refused,
    tally,
    format,
    ignored,
    refusedFile,
    resumedAt,
    begunAnew,
    asked,
  } = imported
  const states = Object.entries(tally.states).map(([state, count]) => `${number(count)} ${state}`)
  const reasons = Object.entries(tally.reasons).sort((a, b) => b[1] - a[1])
  const pending = tally.states.pending ?? 0
  return [
    dryRun && 'Dry run, nothing was changed. The output would be:',
    resumedAt > 0 && `Continued after row ${number(resumedAt)}, where an earlier run was interrupted.`,
    begunAnew &&
      'An earlier run was interrupted. Its refused rows are missing or in another file, so this run read everything again.',
    `${number(rows)} rows (${format}) in ${seconds} s, ${number(rowsPerSecond)} a second.`,
    `  imported   ${number(taken)}${states.length > 0 ? `: ${states.join(', ')}` : ''}`,
    `  unchanged  ${number(unchanged)}${unchanged > 0 ? ', already here' : ''}`,
    `  refused    ${number(refused)}${refusedFile ? `, with the reason in ${refusedFile}` : ''}`,
    ...reasons
      .slice(0, MAX_REASONS)
      .map(([code, count]) => `    ${number(count)} × ${code}, ${exampleOf(code, imported)}`),
    reasons.length > MAX_REASONS && `    and ${number(reasons.length - MAX_REASONS)} other reasons`,
    ignored.length > 0 && `  ignored columns: ${ignored.join(', ')}`,
    ask && !dryRun && `${number(asked)} were emailed a confirmation link.`,
    pending > 0 && !ask && 'Pending subscribers get no email: use --ask to send them a confirmation.',
  ]
    .filter(Boolean)
    .join('\n')
}

/** "first in line 4: state "actve": takes …" */
function exampleOf(code: string, { tally: { reasons, examples } }: SubscriberImportResult): string {
  const { line, message } = examples[code]!
  return `${reasons[code] === 1 ? 'in' : 'first in'} line ${line}: ${message}`
}
