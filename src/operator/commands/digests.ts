import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Command } from 'commander'
import { stoppedClock } from '../../core/clock.ts'
import { withRollback } from '../../core/database/with-rollback.ts'
import { type Day, dayOf, parseDay } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { planDigests } from '../../digests/plan-digests.ts'
import { dayTotals } from '../../digests/reconciliation.repo.ts'
import type { DayTotals } from '../../digests/reconciliation.ts'
import { type DigestPreview, previewDigest } from '../preview-digest.ts'
import { type DigestRunResult, runDigests } from '../run-digests.ts'
import { type AddCommands, type Cli, type CommandOutput, table } from './command-line.ts'
import { watchDigests } from './digest-progress.ts'

export const addDigestCommands: AddCommands = (program, cli) => {
  const noun = program.command('digests').description('digests: what was due and what was sent')
  addRun(noun, cli)
  addStatus(noun, cli)
  addPreview(noun, cli)
}

interface RunOptions {
  date?: string
  now?: string
  dryRun?: boolean
}

function addRun(noun: Command, cli: Cli): void {
  noun
    .command('run')
    .description('plan all digests that are due and send every message that is ready')
    .option('--date <date>', 'for this local date, however late; default: each subscriber’s newest')
    .option('--now <instant>', 'as if it were this time, such as 2026-11-24T08:00:00Z; not in production')
    .option('--dry-run', 'show what would be planned; changes nothing')
    .action(
      cli.action((deps, { date, now, dryRun }: RunOptions) => {
        const at = now === undefined ? deps : { ...deps, clock: stoppedClock(instantFrom(deps, now)) }
        const input = { date: dayFrom(date) }
        return dryRun ? dryRunDigests(at, input) : run(at, input)
      }),
    )
}

const dayFrom = (text: string | undefined): Day | undefined =>
  text === undefined ? undefined : parseDay(text)

function instantFrom({ config }: Deps, text: string): Date {
  if (config.production) throw new Fault('usage.wrong', { what: '--now: not in production' })
  const instant = new Date(text)
  if (Number.isNaN(instant.getTime())) {
    throw new Fault('usage.wrong', { what: `--now "${text}": use a time such as 2026-11-24T08:00:00Z` })
  }
  return instant
}

type Row = [string, number]

const rows = (counts: object): Row[] =>
  Object.entries(counts).filter((row): row is Row => Number.isInteger(row[1]))

async function run(deps: Deps, input: { date?: Day }): Promise<CommandOutput> {
  const { planned, delivered, paced, stopped } = await withAbortOnSignal((signal) =>
    runDigests(deps, { ...input, signal }),
  )
  const counts = table(['of this run', ''], [...rows(planned), ...rows(delivered)])
  const early = await nothingDueHint(deps, input)
  return {
    json: { ...planned, ...delivered, paced, stopped, dryRun: false },
    text: [counts, ...early, ...remarks(deps, stopped), ...rateLimitRemark(paced)].join('\n'),
    exitCode: stopped ? 1 : 0,
  }
}

const rateLimitRemark = (paced: number): string[] =>
  paced > 0
    ? [
        `Still ready: ${paced}. They are rate limited: a domain is on hold or slow, or the sending domain is new. See \`delivery status\`.`,
      ]
    : []

async function nothingDueHint({ db }: Deps, { date }: { date?: Day }): Promise<string[]> {
  if (date === undefined || (await dayTotals(db, date)).due > 0) return []
  return [`Nothing is due on ${date}: no subscriber’s hour has come yet, or none gets email on that date.`]
}

/** On the first SIGINT or SIGTERM, `work` finishes what is in progress; the second one ends the process. */
async function withAbortOnSignal<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController()
  const stop = () => {
    for (const name of STOP_SIGNALS) process.off(name, stop)
    stopping.abort()
  }
  for (const name of STOP_SIGNALS) process.on(name, stop)
  try {
    return await work(stopping.signal)
  } finally {
    for (const name of STOP_SIGNALS) process.off(name, stop)
  }
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const

const REFUSED =
  'Unsent messages stay queued. See the cause in `delivery status`, fix it, then run `delivery resume`.'
const SETTINGS = 'Nothing is lost. `doctor` shows what to change; the next run tries again.'
const STOPPED: Record<NonNullable<DigestRunResult['stopped']>, string> = {
  restored:
    'This database was restored or promoted: nothing is planned or sent until `delivery resume`. See `delivery status`.',
  paused: 'Delivery is paused: unsent messages stay queued until `delivery resume`.',
  interrupted: 'Interrupted: unsent messages stay queued, and the next run continues.',
  unreachable:
    'The mail server cannot be reached: unsent messages stay queued, and the next run tries again. Run `doctor` for details.',
  'login-refused': `The mail server refuses the login or the sender. ${SETTINGS}`,
  'tls-refused': `No encrypted connection to the mail server is possible. ${SETTINGS}`,
  'refused-alike': `The mail server refused ten emails in a row with the same reply. ${REFUSED}`,
  'refused-much': `Too many emails were refused. ${REFUSED}`,
}

function remarks({ config }: Deps, stopped: DigestRunResult['stopped']): string[] {
  if (config.SENDING === 'off') return ['Nothing is sent: SENDING=off. All messages stay queued.']
  return stopped ? [STOPPED[stopped]] : []
}

async function dryRunDigests(deps: Deps, input: { date?: Day }): Promise<CommandOutput> {
  const planned = await withRollback(deps, (txDeps) => planDigests(txDeps, input))
  const text = `Dry run, nothing was changed. This would be planned:\n${table(['', ''], rows(planned))}`
  return { json: { ...planned, dryRun: true }, text }
}

function addStatus(noun: Command, cli: Cli): void {
  noun
    .command('status')
    .description('the totals of one local date')
    .option('--date <date>', 'default: today (UTC)')
    .option('--watch', 'on a terminal: refresh every second, with the rate, until the date is complete')
    .action(
      cli.action(async (deps, { date, watch, json }: StatusOptions) => {
        const day = dayFrom(date) ?? dayOf(deps.clock.now())
        if (watch && !json) return watchStatus(deps, day)
        const totals = await dayTotals(deps.db, day)
        return { json: totals, text: [textOfDayTotals(totals), ...watchHint(totals)].join('\n') }
      }),
    )
}

interface StatusOptions {
  date?: string
  watch?: boolean
  json?: boolean
}

const watchHint = ({ due, closed }: DayTotals): string[] =>
  process.stdout.isTTY && due > 0 && !closed ? ['To follow it: digests status --watch'] : []

async function watchStatus(deps: Deps, date: Day): Promise<CommandOutput> {
  const terminal = process.stdout
  if (!terminal.isTTY)
    throw new Fault('usage.wrong', {
      what: '--watch needs a terminal; elsewhere, run the command repeatedly with --json',
    })
  const totals = await withAbortOnSignal((signal) => watchDigests(deps, { date, terminal, signal }))
  return { json: totals, text: '', isAlreadyPrinted: true }
}

const textOfDayTotals = ({ date, closed, ...counts }: DayTotals): string =>
  table([date, closed ? 'complete' : 'not complete'], rows(counts))

function addPreview(noun: Command, cli: Cli): void {
  noun
    .command('preview')
    .description('show the digest a subscriber would get now; changes nothing')
    .argument('<email>')
    .option('--date <date>', 'for this local date; default: today in their zone')
    .option('--out <file>', 'write to a file ending in .html, .txt or .eml')
    .action(
      cli.action(async (deps, email: string, { date, out }: { date?: string; out?: string }) => {
        const part = out === undefined ? undefined : partFor(out)
        const preview = await previewDigest(deps, { email, date: dayFrom(date) })
        if (out && part && preview.mail) await write(out, preview.mail[part] ?? '')
        return { json: jsonOfPreview(email, preview), text: textOfPreview(preview, out) }
      }),
    )
}

const PARTS = { '.html': 'html', '.txt': 'text', '.eml': 'raw' } as const

function partFor(file: string): (typeof PARTS)[keyof typeof PARTS] {
  const part = PARTS[extname(file) as keyof typeof PARTS]
  if (!part)
    throw new Fault('usage.wrong', { what: `--out "${file}": use a file ending in .html, .txt or .eml` })
  return part
}

async function write(file: string, data: string | Buffer): Promise<void> {
  await writeFile(file, data).catch(({ code }) => {
    throw new Fault('usage.wrong', { what: `--out "${file}": cannot be written (${code})` })
  })
}

function jsonOfPreview(email: string, { localDate, composed, mail }: DigestPreview): object {
  const { papers, matched, bestDay, content } = composed
  return { email, date: localDate, matched, papers, bestDay, subject: mail?.subject ?? null, content }
}

function textOfPreview({ localDate, mail }: DigestPreview, out: string | undefined): string {
  if (!mail) return `${localDate}: nothing matched, so no email.`
  return out === undefined ? `${mail.subject}\n\n${mail.text}` : `Wrote ${out}: ${mail.subject}`
}
