import type { Database } from '../../../src/core/database/database.ts'
import { type SinkRule, type SmtpSink, type Step, startSmtpSink } from '../../support/smtp-sink.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { type Bench, withBench } from '../bench/delivery-bench.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { type ClockedWorker, deliverAllAt, NEVER_SLOWER, withClockedWorker, wrongCase } from './clocked.ts'
import { addBatches, counted, type MessageResult, messageResults, nothingLost } from './messages.ts'

const CODES = [421, 450, 451, 452, 550, 552, 554] as const

/**
 * The state of an email after its first try, by step and code: later, or refused. Before MAIL, no code is about an
 * email.
 */
const TABLE = {
  //         421      450      451      452      550        552        554
  greeting: ['later', 'later', 'later', 'later', 'later', 'later', 'later'],
  ehlo: ['later', 'later', 'later', 'later', 'later', 'later', 'later'],
  mail: ['later', 'later', 'later', 'later', 'refused', 'refused', 'refused'],
  rcpt: ['later', 'later', 'later', 'later', 'refused', 'refused', 'refused'],
  data: ['later', 'later', 'later', 'later', 'refused', 'refused', 'refused'],
  dot: ['later', 'later', 'later', 'later', 'refused', 'refused', 'refused'],
} satisfies Partial<Record<Step, string[]>>

type Cell = { step: keyof typeof TABLE; code: number; becomes: string; label: string }

const cells: Cell[] = Object.entries(TABLE).flatMap(([step, row]) =>
  row.map((becomes, i) => ({
    step: step as Cell['step'],
    code: CODES[i]!,
    becomes,
    label: `${step}-${CODES[i]}`,
  })),
)
const isAboutMail = ({ step }: Cell): boolean => step !== 'greeting' && step !== 'ehlo'

/** A text that no rule gives another meaning than the code, different at each step. */
const replyOf = ({ code, step }: Pick<Cell, 'code' | 'step'>): string => `${code} not at ${step}`

const RULES: SinkRule[] = cells.filter(isAboutMail).map((cell) => ({
  step: cell.step,
  does: replyOf(cell),
  ...(cell.step === 'mail' ? { from: `${cell.label}@site.example` } : { to: `${cell.label}.` }),
}))

/** The times of the retry policy: at once, after 1 minute, after 5 more. The fourth would be too late. */
const TRY_AT = [0, 1, 6]
const UNTIL = 20
const BETWEEN = [0.9, 5.9, 19.9]
const CONNECTIONS = 8

/** Some emails are first, so that no run starts with refusals only: that pauses delivery, whatever the setting. */
const FIRST_MINUTES = -0.1

/** Emails of each cell after MAIL, and as many that are accepted, all mixed; a few of these come first. */
async function mailReplies(bench: Bench, each: number, part: WrongPart = NEVER_SLOWER): Promise<string[]> {
  const { db } = bench
  const labels = ['good', ...cells.filter(isAboutMail).map(({ label }) => label)]
  await addBatches(db, [
    { label: 'good', count: CONNECTIONS, from: FIRST_MINUTES, until: UNTIL },
    ...labels.map((label) => ({ label, count: each, until: UNTIL })),
  ])
  const faults: string[] = []
  await withClockedWorker(bench, part, async (worker) => {
    for (const [i, minutes] of TRY_AT.entries()) {
      await deliverAllAt(worker, db, minutes)
      faults.push(...wrongAfter(i + 1, await messageResults(db, bench.arrived())))
      await deliverAllAt(worker, db, BETWEEN[i]!)
      faults.push(...wrongAfter(i + 1, await messageResults(db, bench.arrived())))
    }
    await deliverAllAt(worker, db, UNTIL)
  })
  return [...faults, ...nothingLost(await messageResults(db, bench.arrived()))]
}

/** What differs from the table after that number of tries. */
function wrongAfter(tries: number, results: MessageResult[]): string[] {
  const later = tries === TRY_AT.length ? 'gave_up' : 'deferred'
  const expected = new Map(
    cells.map(({ label, step, becomes }) => {
      const isLater = becomes === 'later'
      const made = isLater ? tries : 1
      const state = isLater ? later : 'refused'
      return [label, `${state}, tried ${made} times, arrived ${step === 'dot' ? made : 0} times`]
    }),
  )
  expected.set('good', 'accepted, tried 1 times, arrived 1 times')
  return results.flatMap(({ label, state, attempts, arrived }) => {
    const is = `${state}, tried ${attempts} times, arrived ${arrived.length} times`
    return is === expected.get(label) ? [] : [`${label} is ${is} after ${tries}`]
  })
}

const MAX_CONNECTIONS = 100
const TRIES_EACH = 3

interface SessionsSeen {
  faults: string[]
  /** The minimum, over the codes, of the tries that the code ended. */
  minMet: number
}

/** The same emails before a server with each code as its greeting, then as its reply to EHLO; then a good one. */
async function sessionReplies(bench: Bench, each: number): Promise<SessionsSeen> {
  const { db } = bench
  const count = each * CODES.length
  await addBatches(db, [{ label: 'mail', count }])
  const sink = await startSmtpSink()
  // Each stops after three, so that some emails are left for a second run.
  const connections = Math.min(MAX_CONNECTIONS, Math.floor((0.9 * count) / TRIES_EACH))
  const smtp = `smtp://127.0.0.1:${sink.port}?connections=${connections}`
  try {
    return await withClockedWorker(bench, NEVER_SLOWER, async (worker) => {
      const seen: SessionsSeen[] = []
      for (const [i, step] of (['greeting', 'ehlo'] as const).entries()) {
        sink.at = answering(step)
        seen.push(await stopAndGo(worker, { db, sink, smtp, each, step, tries: i + 1 }))
      }
      const faults = seen.flatMap((one) => one.faults)
      sink.at = {}
      const [{ stopped } = {}] = await deliverAllAt(worker, db, TRY_AT[2]!, smtp)
      const states = await db.message.count({ where: { state: 'accepted', attempts: 3 } })
      const copies = new Set(sink.accepted.map(({ messageId }) => messageId)).size
      if (stopped || states !== count || copies !== count || sink.mails.length !== count)
        faults.push(`${states} accepted of ${count}, ${sink.mails.length} arrived, stopped: ${stopped}`)
      return { faults, minMet: Math.min(...seen.map(({ minMet }) => minMet)) }
    })
  } finally {
    await sink.close()
  }
}

/**
 * Each code, round robin. HELO follows an EHLO that was refused and has a round of its own: with a common one, which
 * codes end tries would depend on how the connections take turns.
 */
function answering(step: 'greeting' | 'ehlo'): SmtpSink['at'] {
  const nextOf = () => {
    let count = 0
    return () => replyOf({ step, code: CODES[count++ % CODES.length]! })
  }
  return step === 'greeting' ? { greeting: nextOf() } : { ehlo: nextOf(), helo: nextOf() }
}

interface Sessions {
  db: Database
  sink: SmtpSink
  smtp: string
  each: number
  step: 'greeting' | 'ehlo'
  tries: number
}

/** Runs stop as unreachable until every email was tried: the last may have too few emails left for that. */
async function stopAndGo(
  worker: ClockedWorker,
  { db, sink, smtp, each, step, tries }: Sessions,
): Promise<SessionsSeen> {
  const count = each * CODES.length
  const reports = await deliverAllAt(worker, db, TRY_AT[tries - 1]!, smtp)
  const faults = reports
    .slice(0, Math.max(1, reports.length - 1))
    .filter(({ stopped }) => stopped !== 'unreachable')
    .map(({ stopped }) => `${step}: a run ended with ${stopped}`)
  const deferred = await db.message.count({ where: { state: 'deferred', attempts: tries } })
  if (deferred !== count || sink.recipients.length > 0)
    faults.push(`${step}: ${deferred} of ${count} deferred, ${sink.recipients.length} recipients received`)
  const codes = await db.attempt.groupBy({ by: ['status'], where: { n: tries }, _count: true })
  const met = CODES.map((code) => codes.find(({ status }) => status === code)?._count ?? 0)
  const minMet = Math.min(...met)
  // Connections get the codes round robin, and some of them end without an email.
  if (minMet < each / 2) faults.push(`${step}: a code was received ${minMet} times`)
  return { faults, minMet }
}

const EACH: Record<Profile, number> = { ci: 20, nightly: 500 }
const OPTIONS = {
  emails: 0,
  connections: CONNECTIONS,
  sink: { rules: RULES },
  settings: { STOP_AT_REFUSED: '100' }, // half of these emails are refused
}

export const errorReplies: BatteryCase = {
  name: 'smtp-error-replies',
  fault: `${CODES.join(', ')} as the greeting and the reply to EHLO, MAIL, RCPT, DATA and the dot`,
  invariant: 'the states of the table, at the times of the retry policy; accepted only after a 250',
  run: async (profile) => {
    const each = EACH[profile]
    const { faults, minMet } = await withBench(OPTIONS, async (bench) => {
      const beside = await bench.beside({ emails: 0 })
      const [ofMails, sessions] = await Promise.all([mailReplies(bench, each), sessionReplies(beside, each)])
      return { ...sessions, faults: [...ofMails, ...sessions.faults] }
    })
    return {
      ok: faults.length === 0,
      n: `${cells.filter(isAboutMail).length} cells × ${each} emails, ${TRY_AT.length} tries; each code at greeting and EHLO met by ${minMet} emails at least`,
      result: `wrong ${faults.length}${counted(faults)}`,
    }
  },
}

const READS_4XX_AS_FINAL = {
  row: 'smtp-error-replies',
  part: '4xx-is-final',
  fault: 'error replies at every step, with 4xx codes read as final',
  harm: 'emails are refused that must be sent later',
  sees: /^(?:mail|rcpt|data|dot)-4\d\d is (?:refused|gave_up), .* after 1$/,
} as const

export const errorRepliesWrong = wrongCase(READS_4XX_AS_FINAL, async (part) => ({
  n: `${cells.filter(isAboutMail).length} cells × 3 emails`,
  faults: await withBench(OPTIONS, (bench) => mailReplies(bench, 3, part)),
}))
