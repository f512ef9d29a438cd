import { readFileSync } from 'node:fs'
import type { Database } from '../../../src/core/database/database.ts'
import { makeCertificate } from '../../support/certificates.ts'
import {
  type SinkOptions,
  type SinkRule,
  type SmtpSink,
  type Step,
  startSmtpSink,
} from '../../support/smtp-sink.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { type Bench, withBench } from '../bench/delivery-bench.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { type ClockedWorker, deliverAllAt, withClockedWorker, wrongCase } from './clocked.ts'
import { addBatches, counted, type MessageResult, messageResults, nothingLost } from './messages.ts'

interface Kind {
  step: Step
  does: string
  /** The effect: the dot has no reply, or the email is not sent, or it is accepted. */
  leaves: 'unanswered' | 'unbegun' | 'accepted'
}

/** Longer than all limits of this row. */
const LATE_MS = 9000

const KINDS: Record<string, Kind> = {
  'drop-dot': { step: 'dot', does: 'close', leaves: 'unanswered' },
  'slow-dot': { step: 'dot', does: `after ${LATE_MS}: 250 2.0.0 accepted`, leaves: 'unanswered' },
  'slow-data': { step: 'data', does: `after ${LATE_MS}: 354 go on`, leaves: 'unbegun' },
  reset: { step: 'dot', does: 'reset', leaves: 'unanswered' },
  'half-close': { step: 'dot', does: 'half-close', leaves: 'unanswered' },
  'byte-a-second': { step: 'dot', does: 'drip 1000: 250 2.0.0 accepted', leaves: 'unanswered' },
  'endless-line': { step: 'dot', does: 'endless', leaves: 'unanswered' },
  '512-lines': { step: 'dot', does: `${'250-and a line\r\n'.repeat(511)}250 ok`, leaves: 'accepted' },
  'other-letters': { step: 'dot', does: '250 принято, 受け取りました 🎉\x00\x1b', leaves: 'accepted' },
}
/** STARTTLS injected is the only session kind that an email meets. The others stop a run. */
const SESSION_KINDS_OF_EMAILS = 1

/** Half of each kind meets the fault every time, half the first time. */
const HALVES = ['always', 'once'] as const

const RULES: SinkRule[] = Object.entries(KINDS).flatMap(([kind, { step, does }]) => [
  { step, does, to: `${kind}.always.` },
  { step, does, to: `${kind}.once.`, firstOfEach: 1 },
])

/** The final state of an email: one without a reply is sent once more, after 15 minutes. */
const ENDS: Record<`${Kind['leaves']} ${(typeof HALVES)[number]}`, string> = {
  'unanswered always': 'uncertain, arrived 2 times',
  'unanswered once': 'accepted, arrived 2 times',
  'unbegun always': 'gave_up, arrived 0 times',
  'unbegun once': 'accepted, arrived 1 times',
  'accepted always': 'accepted, arrived 1 times',
  'accepted once': 'accepted, arrived 1 times',
}
const expected = new Map<string, string>(
  Object.entries(KINDS).flatMap(([kind, { leaves }]) =>
    HALVES.map((half) => [`${kind}.${half}`, ENDS[`${leaves} ${half}`]] as const),
  ),
)

const CONNECTIONS = 40
const TIMEOUT_S = 2
/** Long enough to catch a part that reads without limit. */
const WRONG_TIMEOUT_S = 5
/** Opening, body, reply to the dot, and reset after a refusal, by SMTP_URL's timeout; and some time for a busy machine. */
const MAX_HELD_MS = 2000 + 1000 + 2000 + 1000 + 2000
/** For any number of emails. */
const MAX_MB = 256
/** Without a limit, Node postpones garbage collection. */
const LEAN = { NODE_OPTIONS: '--max-old-space-size=128 --max-semi-space-size=8' }
const UNTIL = 30
/** At the times of the retry policy, and just before. */
const RETRIED_AT = [1, 6, 14.9, 15, 21, 29.9, UNTIL]
const SESSIONS_FROM = 60

interface Seen {
  faults: string[]
  /** After the first run. */
  uncertain: number
  maxMs: number
  bareMb: number
  peakMb: number
  stopping: StoppingTries
}

/** Connections to a server that stops the run, for any number of emails. */
interface StoppingTries {
  garbage: number
  stripped: number
}

/** With a wrong part, only the first run. */
async function meetAll(bench: Bench, each: number, part?: WrongPart): Promise<Seen> {
  const { db } = bench
  await addBatches(db, [
    ...[...expected.keys()].map((label) => ({ label, count: each / HALVES.length, until: UNTIL })),
    { label: 'session', count: each, from: SESSIONS_FROM },
  ])
  return withClockedWorker(bench, part, async (worker) => {
    const reports = await deliverAllAt(worker, db, 0)
    const { faults, uncertain } = await uncertainOnly(bench)
    let stopping: StoppingTries = { garbage: 0, stripped: 0 }
    if (!part) {
      for (const minutes of RETRIED_AT) reports.push(...(await deliverAllAt(worker, db, minutes)))
      const results = (await messageResults(db, bench.arrived())).filter(({ label }) => label !== 'session')
      const met = await sessions(worker, db, each)
      faults.push(...wrongEnds(results), ...nothingLost(results), ...met.faults)
      stopping = met.stopping
    }
    const maxMs = Math.max(...reports.map((report) => report.maxMs))
    const peakMb = Math.max(...reports.map((report) => report.peakMb))
    if (maxMs > MAX_HELD_MS) faults.push(`an email was held for ${maxMs} ms`)
    if (peakMb > MAX_MB) faults.push(`${peakMb} MB`)
    return { faults, uncertain, maxMs, bareMb: worker.bareMb, peakMb, stopping }
  })
}

/** The number of uncertain messages must be that of dots without a reply. */
async function uncertainOnly({ db, arrived }: Bench): Promise<Pick<Seen, 'faults' | 'uncertain'>> {
  const uncertain = await db.message.count({ where: { state: 'uncertain' } })
  const unanswered = arrived().filter(({ answer }) => answer !== '250').length
  const faults =
    uncertain === unanswered ? [] : [`${uncertain} uncertain of ${unanswered} dots without a reply`]
  return { faults, uncertain }
}

const wrongEnds = (results: MessageResult[]): string[] =>
  results.flatMap(({ label, state, arrived }) => {
    const is = `${state}, arrived ${arrived.length} times`
    return is === expected.get(label) ? [] : [`${label} is ${is}`]
  })

const INJECTED =
  '220 go on\r\n250-evil\r\n250 PIPELINING\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 not this one'

/** The same emails before a server with a garbage greeting, one without STARTTLS, and one that injects replies into it. */
async function sessions(
  worker: ClockedWorker,
  db: Database,
  each: number,
): Promise<Pick<Seen, 'faults' | 'stopping'>> {
  const files = makeCertificate(['localhost'])
  const tls = { key: readFileSync(files.key, 'utf8'), cert: readFileSync(files.cert, 'utf8') }
  const meet = async (minutes: number, options: SinkOptions, query: string) => {
    const sink = await startSmtpSink(options)
    const { stopped } = await worker.deliverAt(minutes, `smtp://127.0.0.1:${sink.port}?${query}`)
    await sink.close()
    return { stopped, sink }
  }
  const garbage = await meet(60, { at: { greeting: '\x00HTTP/1.1 400 no' } }, 'connections=5')
  const stripped = await meet(61, {}, 'tls=require')
  const injected = await meet(90, { tls, at: { starttls: INJECTED } }, 'tls=require')
  const replies = await db.acceptance.groupBy({
    by: ['reply'],
    where: { message: { toAddress: { startsWith: 'session' } } },
    _count: true,
  })
  const recorded = replies.map(({ reply, _count }) => `${_count} × ${reply}`).join()
  const faults = [
    ...wrongSession('garbage banner', garbage, 'unreachable', 0),
    ...wrongSession('STARTTLS stripped', stripped, 'tls-refused', 0),
    ...wrongSession('STARTTLS injected', injected, null, each),
    ...(recorded === `${each} × 250 2.0.0 accepted`
      ? []
      : [`STARTTLS injected: the recorded replies are ${recorded}`]),
  ]
  const stopping = { garbage: garbage.sink.connections, stripped: stripped.sink.connections }
  return { faults, stopping }
}

function wrongSession(
  what: string,
  { stopped, sink }: { stopped: string | null; sink: SmtpSink },
  expectedStop: string | null,
  emails: number,
): string[] {
  const isRight =
    stopped === expectedStop && sink.mails.length === emails && sink.recipients.length === emails
  return isRight ? [] : [`${what}: stopped ${stopped}, ${sink.mails.length} emails arrived`]
}

const EACH: Record<Profile, number> = { ci: 20, nightly: 200 }

const meet = (each: number, part?: WrongPart): Promise<Seen> =>
  withBench(
    {
      emails: 0,
      connections: CONNECTIONS,
      query: `timeout=${part ? WRONG_TIMEOUT_S : TIMEOUT_S}`,
      sink: { rules: RULES },
      settings: part ? {} : LEAN, // memory must grow, and not end the process
    },
    (bench) => meetAll(bench, each, part),
  )

export const noReply: BatteryCase = {
  name: 'smtp-no-reply',
  fault:
    'no reply to the dot, or one that is late, slow, endless or not ASCII; garbage instead of a greeting; no TLS',
  invariant:
    'uncertain = dots without a reply, sent once more; no email is held beyond the limits; memory is flat',
  run: async (profile) => {
    const { faults, uncertain, maxMs, bareMb, peakMb, stopping } = await meet(EACH[profile])
    const kinds = Object.keys(KINDS).length + SESSION_KINDS_OF_EMAILS
    return {
      ok: faults.length === 0,
      n: `${kinds} kinds × ${EACH[profile]} emails, ${stopping.garbage} connections to a garbage greeting, ${stopping.stripped} without STARTTLS`,
      result: `${uncertain} uncertain, held ${maxMs} ms at most, ${bareMb} → ${peakMb} MB, wrong ${faults.length}${counted(faults)}`,
    }
  },
}

const FEW = 4

const WRONGLY = [
  {
    row: 'smtp-no-reply',
    part: 'sends-again',
    fault: 'no reply to the dot, with the email deferred and sent again instead of uncertain',
    harm: 'no message is uncertain',
    sees: /^0 uncertain of [1-9]\d* dots without a reply$/,
  },
  {
    row: 'smtp-no-reply',
    part: 'reads-without-limit',
    fault: 'endless replies, read without a limit of length',
    harm: 'memory grows, or the worker ends',
    sees: /^\d+ MB$|^a worker ended/,
  },
] as const

export const noReplyWrong = WRONGLY.map((wrong) =>
  wrongCase(wrong, async (part) => ({
    n: `${Object.keys(KINDS).length} kinds × ${FEW} emails`,
    faults: (await meet(FEW, part)).faults,
  })),
)
