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
import { addBatches, counted, nothingLost, type Told, tellAll } from './messages.ts'
import { deliverAllAt, type MovedWorker, withMovedWorker, wrongCase } from './moved.ts'

interface Kind {
  step: Step
  does: string
  /** What the server does leaves the dot without an answer, or the email without a body, or does no harm. */
  leaves: 'unanswered' | 'unbegun' | 'accepted'
}

/** Longer than any limit of this row. */
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
/** Of those that another batch meets before anything is said of an email: STARTTLS injected. The others stop a run. */
const SESSION_KINDS_OF_MAILS = 1

/** Half of each kind meets it every time, half the first time. */
const HALVES = ['always', 'once'] as const

const RULES: SinkRule[] = Object.entries(KINDS).flatMap(([kind, { step, does }]) => [
  { step, does, to: `${kind}.always.` },
  { step, does, to: `${kind}.once.`, firstOfEach: 1 },
])

/** What becomes of an email in the end: an answer that never came is asked for once more, after 15 minutes. */
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
/** Long enough for a part that keeps everything to be seen. */
const WRONG_TIMEOUT_S = 5
/** Of SMTP_URL's timeout: opening, the body, the answer to the dot, the reset after a refusal; and a busy machine. */
const MAX_HELD_MS = 2000 + 1000 + 2000 + 1000 + 2000
/** Whatever the count of emails. */
const MAX_MB = 256
/** Without a limit, Node lets garbage lie. */
const LEAN = { NODE_OPTIONS: '--max-old-space-size=128 --max-semi-space-size=8' }
const UNTIL = 30
/** By the policy, and just before it. */
const RETRIED_AT = [1, 6, 14.9, 15, 21, 29.9, UNTIL]
const SESSIONS_FROM = 60

interface Seen {
  faults: string[]
  /** After the first run. */
  uncertain: number
  longestMs: number
  bareMb: number
  peakMb: number
  stopping: StoppingTries
}

/** Connections that met a server which stops the run, however many emails there are. */
interface StoppingTries {
  garbage: number
  stripped: number
}

/** With a wrong part: what the first run shows. */
async function meetAll(bench: Bench, each: number, part?: WrongPart): Promise<Seen> {
  const { db } = bench
  await addBatches(db, [
    ...[...expected.keys()].map((label) => ({ label, count: each / HALVES.length, until: UNTIL })),
    { label: 'session', count: each, from: SESSIONS_FROM },
  ])
  return withMovedWorker(bench, part, async (worker) => {
    const reports = await deliverAllAt(worker, db, 0)
    const { faults, uncertain } = await uncertainOnly(bench)
    let stopping: StoppingTries = { garbage: 0, stripped: 0 }
    if (!part) {
      for (const minutes of RETRIED_AT) reports.push(...(await deliverAllAt(worker, db, minutes)))
      const told = (await tellAll(db, bench.arrived())).filter(({ label }) => label !== 'session')
      const met = await sessions(worker, db, each)
      faults.push(...wrongEnds(told), ...nothingLost(told), ...met.faults)
      stopping = met.stopping
    }
    const longestMs = Math.max(...reports.map((report) => report.longestMs))
    const peakMb = Math.max(...reports.map((report) => report.peakMb))
    if (longestMs > MAX_HELD_MS) faults.push(`an email was held for ${longestMs} ms`)
    if (peakMb > MAX_MB) faults.push(`${peakMb} MB`)
    return { faults, uncertain, longestMs, bareMb: worker.bareMb, peakMb, stopping }
  })
}

/** As many are uncertain as the server saw dots that it did not answer. */
async function uncertainOnly({ db, arrived }: Bench): Promise<Pick<Seen, 'faults' | 'uncertain'>> {
  const uncertain = await db.message.count({ where: { state: 'uncertain' } })
  const unanswered = arrived().filter(({ answer }) => answer !== '250').length
  const faults = uncertain === unanswered ? [] : [`${uncertain} uncertain of ${unanswered} unanswered dots`]
  return { faults, uncertain }
}

const wrongEnds = (told: Told[]): string[] =>
  told.flatMap(({ label, state, arrived }) => {
    const is = `${state}, arrived ${arrived.length} times`
    return is === expected.get(label) ? [] : [`${label} is ${is}`]
  })

const INJECTED =
  '220 go on\r\n250-evil\r\n250 PIPELINING\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 not this one'

/** The same emails before a server that greets as another would, one without STARTTLS, and one that injects into it. */
async function sessions(
  worker: MovedWorker,
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
  const answers = await db.acceptance.groupBy({
    by: ['reply'],
    where: { message: { toAddress: { startsWith: 'session' } } },
    _count: true,
  })
  const told = answers.map(({ reply: answer, _count }) => `${_count} × ${answer}`).join()
  const faults = [
    ...wrongSession('garbage banner', garbage, 'unreachable', 0),
    ...wrongSession('STARTTLS stripped', stripped, 'tls-refused', 0),
    ...wrongSession('STARTTLS injected', injected, null, each),
    ...(told === `${each} × 250 2.0.0 accepted` ? [] : [`STARTTLS injected: ${told} were told`]),
  ]
  const stopping = { garbage: garbage.sink.connections, stripped: stripped.sink.connections }
  return { faults, stopping }
}

function wrongSession(
  what: string,
  { stopped, sink }: { stopped: string | null; sink: SmtpSink },
  expectedStop: string | null,
  mails: number,
): string[] {
  const isRight = stopped === expectedStop && sink.mails.length === mails && sink.recipients.length === mails
  return isRight ? [] : [`${what}: stopped ${stopped}, ${sink.mails.length} emails arrived`]
}

const EACH: Record<Profile, number> = { ci: 20, nightly: 200 }

const meet = (each: number, part?: WrongPart): Promise<Seen> =>
  withBench(
    {
      mails: 0,
      connections: CONNECTIONS,
      query: `timeout=${part ? WRONG_TIMEOUT_S : TIMEOUT_S}`,
      sink: { rules: RULES },
      settings: part ? {} : LEAN, // a part that keeps everything shall be seen, and not end the process
    },
    (bench) => meetAll(bench, each, part),
  )

export const unanswered: BatteryCase = {
  name: 'smtp-no-reply',
  fault:
    'no answer to the dot, or one that is late, slow, without an end, in other letters; no session, no TLS',
  invariant:
    'uncertain = dots without an answer, tried once more; nobody held beyond the limits; memory flat',
  run: async (profile) => {
    const { faults, uncertain, longestMs, bareMb, peakMb, stopping } = await meet(EACH[profile])
    const kinds = Object.keys(KINDS).length + SESSION_KINDS_OF_MAILS
    return {
      ok: faults.length === 0,
      n: `${kinds} kinds × ${EACH[profile]} emails, ${stopping.garbage} tries at a garbage banner, ${stopping.stripped} without STARTTLS`,
      result: `${uncertain} uncertain, held ${longestMs} ms at most, ${bareMb} → ${peakMb} MB, wrong ${faults.length}${counted(faults)}`,
    }
  },
}

const FEW = 4

const WRONGLY = [
  { row: 'smtp-no-reply', part: 'sends-again', sees: /^0 uncertain of [1-9]\d* unanswered dots$/ },
  { row: 'smtp-no-reply', part: 'reads-without-limit', sees: /^\d+ MB$|^a worker ended/ },
] as const

export const unansweredWrongly = WRONGLY.map((wrong) =>
  wrongCase(wrong, async (part) => ({
    n: `${Object.keys(KINDS).length} kinds × ${FEW} emails`,
    faults: (await meet(FEW, part)).faults,
  })),
)
