import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { type Command, Option } from 'commander'
import { recordAction } from '../../core/action.repo.ts'
import { monotonicMs } from '../../core/clock.ts'
import type { Deps } from '../../core/deps.ts'
import {
  type ExportRow,
  exportHeaderLine,
  exportLine,
  exportSubscribers,
  exportSuppressions,
} from '../../subscribers/import-export/export-subscribers.ts'
import { IMPORT_FORMATS, type ImportFormat } from '../../subscribers/import-export/import-columns.ts'
import { LISTMONK_STATUSES, type ListmonkStatus } from '../../subscribers/import-export/import-reader.ts'
import {
  type ImportProgress,
  importSubscribers,
  type SubscriberImportResult,
} from '../../subscribers/import-export/import-subscribers.ts'
import { SUBSCRIBER_STATES, type SubscriberState } from '../../subscribers/subscriber.ts'
import { type Cli, type CommandOutput, parseConsent } from './command-line.ts'

export function addImportExport(noun: Command, cli: Cli): void {
  addImport(noun, cli)
  addExport(noun, cli)
}

interface ImportOptions {
  from?: ImportFormat
  consent?: string
  topics?: string
  subscription?: ListmonkStatus
  ask?: boolean
  refused?: string
  dryRun?: boolean
}

function addImport(noun: Command, cli: Cli): void {
  noun
    .command('import')
    .description('import subscribers from CSV: our own format, or an export from listmonk or Keila')
    .argument('<file>')
    .addOption(new Option('--from <program>', 'default: detected from the header').choices(IMPORT_FORMATS))
    .option('--consent <how>', 'how subscribers agreed, if their row does not say', parseConsent)
    .option(
      '--topics <topics>',
      'a topic for everyone without one, or where to find topics: a column, attributes.NAME, data.NAME',
    )
    .addOption(
      new Option(
        '--subscription <status>',
        'the subscription status that the listmonk file was exported by',
      ).choices(LISTMONK_STATUSES),
    )
    .option('--ask', 'email pending subscribers a confirmation link')
    .option('--refused <file>', 'file for refused rows; default: FILE.refused.csv')
    .option('--dry-run', 'read everything and show what would happen; writes only the file of refused rows')
    .action(cli.action((deps, file: string, options: ImportOptions) => runImport(deps, file, options)))
}

async function runImport(deps: Deps, file: string, options: ImportOptions): Promise<CommandOutput> {
  const { refused: refusedFile, dryRun = false, ...reading } = options
  const begun = monotonicMs()
  const seconds = () => Math.max(0.001, (monotonicMs() - begun) / 1000)
  const progress = progressLine(process.stderr, seconds)
  const imported = await importSubscribers(deps, {
    ...reading,
    file,
    refusedFile,
    dryRun,
    onProgress: progress.show,
  })
  progress.clear()
  const { tally, told: _, ...counts } = imported
  const took = Math.round(seconds() * 10) / 10
  const rowsPerSecond = Math.round((imported.rows - imported.resumedAt) / seconds())
  const json = { file, ...counts, ...tally, seconds: took, rowsPerSecond, dryRun }
  return { json, text: textOfImported(imported, { dryRun, seconds: took, rowsPerSecond, ask: options.ask }) }
}

const number = (value: number): string => value.toLocaleString('en')

/** A progress line that overwrites itself, only on a terminal. */
function progressLine(
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

function textOfImported(
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

interface ExportOptions {
  out?: string
  suppressions?: string
  state?: SubscriberState
  json?: boolean
}

function addExport(noun: Command, cli: Cli): void {
  noun
    .command('export')
    .description('all subscribers as CSV, for subscribers import')
    .option('--out <file>', 'output file; default: the terminal')
    .option('--suppressions <file>', 'also write the hashes of all suppressed addresses to this file')
    .addOption(new Option('--state <state>', 'only these').choices(SUBSCRIBER_STATES))
    .action(cli.action((deps, options: ExportOptions) => runExport(deps, options)))
}

async function runExport(
  deps: Deps,
  { out, suppressions, state, json }: ExportOptions,
): Promise<CommandOutput> {
  const rows = exportSubscribers(deps, { state })
  const written = await (out
    ? toFile(out, csvOf(rows))
    : toStream(process.stdout, json ? jsonOf(rows) : csvOf(rows)))
  const hashes = suppressions ? await toFile(suppressions, exportSuppressions(deps)) : undefined
  const detail = JSON.stringify({ subscribers: written - 1, state })
  await recordAction(deps.db, { at: deps.clock.now(), door: 'command', verb: 'subscribers export', detail })
  const counts = { subscribers: written - 1, ...(hashes !== undefined && { suppressions: hashes - 1 }) }
  const and = hashes === undefined ? '' : `, and ${hashes - 1} hashes to ${suppressions}`
  const text = out ? `${counts.subscribers} subscribers to ${out}${and}.` : ''
  return { json: { file: out, ...counts }, text, isAlreadyPrinted: !out }
}

async function* csvOf(rows: AsyncIterable<ExportRow>): AsyncGenerator<string> {
  yield exportHeaderLine()
  for await (const row of rows) yield exportLine(row)
}

async function* jsonOf(rows: AsyncIterable<ExportRow>): AsyncGenerator<string> {
  let before = '['
  for await (const row of rows) {
    yield `${before}${JSON.stringify(row)}`
    before = ',\n'
  }
  yield before === '[' ? '[]\n' : ']\n'
}

const toFile = (path: string, lines: AsyncIterable<string>): Promise<number> =>
  toStream(createWriteStream(path, { mode: 0o600 }), lines)

/** Returns the number of lines written. A reader such as `head` may close the stream early. */
async function toStream(stream: NodeJS.WritableStream, lines: AsyncIterable<string>): Promise<number> {
  let count = 0
  const counted = async function* () {
    for await (const line of lines) {
      count++
      yield line
    }
  }
  await pipeline(counted, stream, { end: stream !== process.stdout }).catch((error) => {
    if (error.code !== 'EPIPE') throw error
  })
  return count
}
