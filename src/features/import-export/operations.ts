import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { recordAction } from '../../core/action.repo.ts'
import { monotonicMs } from '../../core/clock.ts'
import { Fault } from '../../core/errors.ts'
import { DRY_RUN, operation } from '../../operator/operations/operation.ts'
import { state } from '../../operator/operations/subscriber-schemas.ts'
import { number } from '../../operator/operations/text-table.ts'
import { cleanText } from '../../queries/language/split-topics.ts'
import {
  type ExportRow,
  exportSubscribers,
  exportSuppressions,
  subscriberLines,
} from './export-subscribers.ts'
import { IMPORT_FORMATS, LISTMONK_STATUSES } from './import-formats.ts'
import { importSubscribers, isAllRefused, type SubscriberImportResult } from './import-subscribers.ts'

const importFile = operation({
  name: 'subscribers import',
  summary: 'import subscribers from CSV: our own format, or an export of another program',
  effect: 'change',
  ownTransactions: true,
  input: z.object({
    file: z.string(),
    from: z.enum(IMPORT_FORMATS).optional(),
    // Stored as a record, so it must not be empty.
    consent: z.string().overwrite(cleanText).min(1, 'words that say how they agreed').optional(),
    topics: z.string().optional(),
    subscription: z.enum(LISTMONK_STATUSES).optional(),
    ask: z.boolean().optional(),
    refusedFile: z.string().optional(),
  }),
  run: async (deps, input, { dryRun }) => {
    const begun = monotonicMs()
    const imported = await importSubscribers(deps, { ...input, dryRun })
    return { imported, seconds: Math.round((monotonicMs() - begun) / 100) / 10 }
  },
  nudges: ({ imported }) => (imported.asked > 0 ? ['drain-transactional'] : []),
  output: ({ imported, seconds }, { file, ask }, _deps, { dryRun }) => {
    const { tally, ...counts } = imported
    return {
      json: { file, ...counts, ...tally, seconds, dryRun },
      text: textOfImported(imported, { seconds, dryRun, ask }),
      exitCode: isAllRefused(imported) ? 1 : 0,
    }
  },
  command: {
    arguments: { file: ['<file>'] },
    options: {
      from: ['--from <program>', 'default: detected from the header'],
      consent: ['--consent <how>', 'how subscribers agreed, if their row does not say'],
      topics: [
        '--topics <topics>',
        'a topic for everyone without one, or where to find topics: a column, attributes.NAME, data.NAME',
      ],
      subscription: [
        '--subscription <status>',
        'the subscription status that the listmonk file was exported by',
      ],
      ask: ['--ask', 'email pending subscribers a confirmation link'],
      refusedFile: ['--refused <file>', 'file for refused rows; default: FILE.refused.csv'],
    },
    dryRun: 'read everything and show what would happen; writes only the file of refused rows',
  },
})

function textOfImported(
  imported: SubscriberImportResult,
  { seconds, dryRun, ask }: { seconds: number; dryRun: boolean; ask?: boolean },
): string {
  const { rows, unchanged, duplicates, tally, ignored, refusedFile } = imported
  const states = Object.entries(tally.states).map(([state, count]) => `${number(count)} ${state}`)
  const reasons = Object.entries(tally.reasons).sort((a, b) => b[1] - a[1])
  const pending = tally.states.pending ?? 0
  return [
    dryRun && DRY_RUN,
    rows === 0 && 'The file has no rows after its header.',
    isAllRefused(imported) && 'Every row was refused.',
    `${number(rows)} rows (${imported.format}) in ${seconds} s.`,
    `  imported   ${number(imported.taken)}${states.length > 0 ? `: ${states.join(', ')}` : ''}`,
    `  unchanged  ${number(unchanged - duplicates)}${unchanged > duplicates ? ', already here' : ''}`,
    duplicates > 0 && `  duplicate  ${number(duplicates)}, further rows of an address in the file`,
    `  refused    ${number(imported.refused)}${refusedFile ? `, with the reason in ${refusedFile}` : ''}`,
    ...reasons.map(([code, count]) => {
      const { line, message } = tally.examples[code]!
      return `    ${number(count)} × ${code}, ${count === 1 ? 'in' : 'first in'} line ${line}: ${message}`
    }),
    ignored.length > 0 && `  ignored columns: ${ignored.join(', ')}`,
    ask && !dryRun && `${number(imported.asked)} were emailed a confirmation link.`,
    pending > 0 && !ask && 'Pending subscribers get no email: use --ask to send them a confirmation.',
  ]
    .filter(Boolean)
    .join('\n')
}

const exportAll = operation({
  name: 'subscribers export',
  summary: 'all subscribers as CSV, for subscribers import',
  effect: 'read',
  input: z.object({
    out: z.string().optional(),
    suppressions: z.string().optional(),
    state: state.optional(),
  }),
  run: async (deps, { out, suppressions, state }, { wantsJson, stdout }) => {
    if (out && suppressions && resolve(out) === resolve(suppressions))
      throw new Fault('usage.wrong', { what: `--out and --suppressions: both are "${out}"; use two files` })
    const rows = exportSubscribers(deps, { state })
    const written = await (out
      ? toFile(out, subscriberLines(rows))
      : toStream(stdout, wantsJson ? jsonOf(rows) : subscriberLines(rows), { end: false }))
    const hashes = suppressions ? await toFile(suppressions, exportSuppressions(deps)) : undefined
    const detail = JSON.stringify({ subscribers: written - 1, state })
    await recordAction(deps.db, { at: deps.clock.now(), via: 'command', verb: 'subscribers export', detail })
    return { subscribers: written - 1, ...(hashes !== undefined && { suppressions: hashes - 1 }) }
  },
  output: (counts, { out, suppressions }) => {
    const and =
      counts.suppressions === undefined ? '' : `, and ${counts.suppressions} hashes to ${suppressions}`
    return {
      json: { file: out, ...counts },
      text: out ? `${counts.subscribers} subscribers to ${out}${and}.` : '',
      isAlreadyPrinted: !out,
    }
  },
  command: {
    options: {
      out: ['--out <file>', 'output file; default: the terminal'],
      suppressions: [
        '--suppressions <file>',
        'also write the hashes of all suppressed addresses to this file',
      ],
      state: ['--state <state>', 'only these'],
    },
  },
})

async function* jsonOf(rows: AsyncIterable<ExportRow>): AsyncGenerator<string> {
  let before = '['
  for await (const row of rows) {
    yield `${before}${JSON.stringify(row)}`
    before = ',\n'
  }
  yield before === '[' ? '[]\n' : ']\n'
}

const toFile = (path: string, lines: AsyncIterable<string>): Promise<number> =>
  toStream(createWriteStream(path, { mode: 0o600 }), lines, { end: true }).catch(({ code }) => {
    throw new Fault('usage.wrong', { what: `"${path}": cannot be written (${code})` })
  })

/** Returns the number of lines written. A reader such as `head` may close the stream early. */
async function toStream(
  stream: NodeJS.WritableStream,
  lines: AsyncIterable<string>,
  options: { end: boolean },
): Promise<number> {
  let count = 0
  const counted = async function* () {
    for await (const line of lines) {
      count++
      yield line
    }
  }
  await pipeline(counted, stream, options).catch((error) => {
    if (error.code !== 'EPIPE') throw error
  })
  return count
}

export const IMPORT_EXPORT_OPERATIONS = [importFile, exportAll]
