import { extname } from 'node:path'
import { z } from 'zod'
import { stoppedClock } from '../../core/clock.ts'
import { withRollback } from '../../core/database/with-rollback.ts'
import { type Day, dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { DELIVERY_SWITCH, isDeliveryHeld } from '../../core/restored-database.ts'
import { readSwitch } from '../../core/switch.repo.ts'
import { closePlans } from '../../digests/open-due.ts'
import { planDigests } from '../../digests/plan-digests.ts'
import { dayTotals } from '../../digests/reconciliation.repo.ts'
import { openComposer } from '../../emails/compose-message.ts'
import { deliverReady } from '../../emails/deliver.ts'
import { LANES } from '../../mail/message.ts'
import { countReady } from '../../mail/outbox/message-list.repo.ts'
import { DAY_TOTALS_COLUMNS } from '../../mail/outbox/receipt.repo.ts'
import type { RunResult } from '../../mail/sending/run.ts'
import { openReason, openReasons } from '../open-day.ts'
import { type DigestPreview, previewDigest } from '../preview-digest.ts'
import { count, countsOf, day } from './fields.ts'
import { type CommandOutput, operation, writeOut } from './operation.ts'
import { table } from './text-table.ts'

const run = operation({
  name: 'digests run',
  summary: 'plan all digests that are due and send every message that is ready',
  effect: 'change',
  ownTransactions: true,
  input: z.object({ date: day.optional(), now: z.string().optional() }),
  run: (deps, { date, now }, { dryRun }) => {
    const at = now === undefined ? deps : { ...deps, clock: stoppedClock(instantFrom(deps, now)) }
    return dryRun ? dryRunDigests(at, { date }) : planAndSend(at, { date })
  },
  output: (output) => output,
  command: {
    options: {
      date: ['--date <date>', 'for this local date, however late; default: each subscriber’s newest'],
      now: ['--now <instant>', 'as if it were this time, such as 2026-11-24T08:00:00Z; not in production'],
    },
    dryRun: 'show what would be planned; changes nothing',
  },
})

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

async function planAndSend(deps: Deps, input: { date?: Day }): Promise<CommandOutput> {
  const { planned, delivered, rateLimited, stopped } = await withAbortOnSignal((signal) =>
    runDigests(deps, { ...input, signal }),
  )
  const counts = table(['of this run', ''], [...rows(planned), ...rows(delivered)])
  const early = await nothingDueHint(deps, input)
  return {
    json: { ...planned, ...delivered, rateLimited, stopped, dryRun: false },
    text: [counts, ...early, ...remarks(deps, stopped), ...rateLimitRemark(rateLimited)].join('\n'),
    exitCode: stopped ? 1 : 0,
  }
}

/** Why some messages may still be ready; null if all were attempted, or SENDING is off. */
type Stopped = RunResult['stopped'] | 'paused' | 'restored' | 'interrupted'

/**
 * Plans the due subscribers (see planDigests) and sends every ready message of both lanes, in this process. Throws
 * smtp.not-set before anything else if there is no SMTP_URL. After `signal` aborts, no new message starts.
 */
export async function runDigests(deps: Deps, { date, signal }: { date?: Day; signal?: AbortSignal }) {
  if (!deps.config.SMTP_URL) throw new Fault('smtp.not-set')
  const compose = await openComposer(deps)
  const planned = await planDigests(deps, { date })
  const delivered = { accepted: 0, deferred: 0, refused: 0, uncertain: 0, gaveUp: 0, skipped: 0 }
  let stopped: Stopped = null
  for (const lane of LANES) {
    const result = await deliverReady({ ...deps, compose }, { lane, signal })
    for (const name of Object.keys(delivered) as (keyof typeof delivered)[]) delivered[name] += result[name]
    stopped ??= result.stopped
  }
  await closePlans(deps)
  if (await isDeliveryHeld(deps.db)) stopped = 'restored'
  if (signal?.aborted) stopped ??= 'interrupted'
  if (deps.config.SENDING !== 'off' && (await readSwitch(deps.db, DELIVERY_SWITCH))) stopped ??= 'paused'
  // Messages that stay ready because of a rate limit: of their domain, or of a new sending domain.
  const rateLimited =
    stopped || deps.config.SENDING === 'off' ? 0 : await countReady(deps.db, deps.clock.now())
  return { planned, delivered, rateLimited, stopped }
}

const rateLimitRemark = (rateLimited: number): string[] =>
  rateLimited > 0
    ? [
        `Still ready: ${rateLimited}. They are rate limited: a domain is on hold or slow, or the sending domain is new. See \`delivery status\`.`,
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
const STOPPED: Record<NonNullable<Stopped>, string> = {
  restored:
    'This database was restored or promoted: nothing is planned or sent until `delivery resume`. See `delivery status`.',
  paused: 'Delivery is paused: unsent messages stay queued until `delivery resume`.',
  interrupted: 'Interrupted: unsent messages stay queued, and the next run continues.',
  unreachable:
    'The mail server cannot be reached: unsent messages stay queued, and the next run tries again. Run `doctor` for details.',
  unanswered:
    'The mail server takes emails but does not reply: one email a minute is tried, and the rest go by themselves once it replies.',
  'login-refused': `The mail server refuses the login or the sender. ${SETTINGS}`,
  'tls-refused': `No encrypted connection to the mail server is possible. ${SETTINGS}`,
  'refused-alike': `The mail server refused ten emails in a row with the same reply. ${REFUSED}`,
  'refused-much': `Too many emails were refused. ${REFUSED}`,
}

function remarks({ config }: Deps, stopped: Stopped): string[] {
  if (config.SENDING === 'off') return ['Nothing is sent: SENDING=off. All messages stay queued.']
  return stopped ? [STOPPED[stopped]] : []
}

async function dryRunDigests(deps: Deps, input: { date?: Day }): Promise<CommandOutput> {
  const planned = await withRollback(deps, (txDeps) => planDigests(txDeps, input))
  const text = `Dry run, nothing was changed. This would be planned:\n${table(['', ''], rows(planned))}`
  return { json: { ...planned, dryRun: true }, text }
}

const dayTotalsBody = z.object({
  date: day,
  ...countsOf(DAY_TOTALS_COLUMNS),
  open: count.describe('Can still be retried'),
  closed: z.boolean(),
  openBecause: z.array(openReason).describe('Why the date is not complete; empty if it is'),
})

const status = operation({
  name: 'digests status',
  summary: 'the totals of one local date',
  effect: 'read',
  input: z.object({ date: day.describe('A local date; default: today (UTC)').optional() }),
  run: async (deps, { date = dayOf(deps.clock.now()) }) => {
    const totals = await dayTotals(deps.db, date)
    return { ...totals, openBecause: await openReasons(deps, totals) }
  },
  output: ({ date, closed, openBecause, ...counts }) => {
    const totals = table([date, closed ? 'complete' : 'not complete'], rows(counts))
    const why = openBecause.map(({ sentence }) => `  ${sentence}`)
    return { text: closed ? totals : [totals, '', 'Not complete because:', ...why].join('\n') }
  },
  command: { options: { date: ['--date <date>', 'default: today (UTC)'] } },
  api: {
    path: '/api/digests/status',
    operationId: 'showBooks',
    response: dayTotalsBody,
  },
})

const preview = operation({
  name: 'digests preview',
  summary: 'show the digest a subscriber would get now; changes nothing',
  effect: 'read',
  subject: 'subscriber',
  input: z.object({ date: day.optional(), out: z.string().optional() }),
  run: async (deps, { who, date, out }) => {
    const part = out === undefined ? undefined : partFor(out)
    const shown = await previewDigest(deps, { ...who, date })
    if (out && part && shown.mail) await writeOut(out, shown.mail[part] ?? '')
    return shown
  },
  output: (shown, { who, out }) => ({ json: jsonOfPreview(who, shown), text: textOfPreview(shown, out) }),
  command: {
    options: {
      date: ['--date <date>', 'for this local date; default: today in their zone'],
      out: ['--out <file>', 'write to a file ending in .html, .txt or .eml'],
    },
  },
})

export const DIGEST_OPERATIONS = [run, status, preview]

const PARTS = { '.html': 'html', '.txt': 'text', '.eml': 'raw' } as const

function partFor(file: string): (typeof PARTS)[keyof typeof PARTS] {
  const part = PARTS[extname(file) as keyof typeof PARTS]
  if (!part)
    throw new Fault('usage.wrong', { what: `--out "${file}": use a file ending in .html, .txt or .eml` })
  return part
}

function jsonOfPreview(who: object, { localDate, composed, mail }: DigestPreview): object {
  const { papers, matched, bestDay, content } = composed
  return { ...who, date: localDate, matched, papers, bestDay, subject: mail?.subject ?? null, content }
}

function textOfPreview({ localDate, mail }: DigestPreview, out: string | undefined): string {
  if (!mail) return `${localDate}: nothing matched or came close, so no email.`
  return out === undefined ? `${mail.subject}\n\n${mail.text}` : `Wrote ${out}: ${mail.subject}`
}
