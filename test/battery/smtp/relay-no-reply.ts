import type { Database } from '../../../src/core/database/database.ts'
import { passInPaces } from '../../support/paces.ts'
import { type Behaviour, type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts'
import type { BatteryCase } from '../battery-case.ts'
import { type Bench, withBench } from '../bench/delivery-bench.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { addBatches, counted, nothingLost, tellAll } from './messages.ts'
import { type MovedWorker, withMovedWorker, wrongCase } from './moved.ts'

/** What the server does instead of a reply to the body. */
const SILENCES = { 'hangs up': 'close', 'is silent until the time-out': 'silence' } satisfies Record<
  string,
  Behaviour
>
type Silence = keyof typeof SILENCES

const MAILS = 300
const CONNECTIONS = 8
const TIMEOUT_S = 2
/** The server does not reply in these minutes. A new process begins in the middle. */
const SILENT_MINUTES = 4
const RESTART_AT = 2
/** The last is after the further try of every email without a reply. */
const REPLYING_AT = [5, 6, 7, 25, 26]
/** Five in a row, one in the air on each other connection, and one a minute. */
const MAX_TWICE = 20

interface Seen {
  faults: string[]
  twice: number
  aMinute: number[]
}

const meet = (silence: Silence, part?: WrongPart): Promise<Seen> =>
  withBench({ mails: 0, connections: CONNECTIONS, query: `timeout=${TIMEOUT_S}` }, async (bench) => {
    await addBatches(bench.db, [{ label: 'mail', count: MAILS }])
    const sink = await startSmtpSink({ at: { dot: SILENCES[silence] } })
    try {
      const aMinute = await deliverAll(bench, sink, part)
      return await judge(bench.db, sink, aMinute)
    } finally {
      await sink.close()
    }
  })

/** Returns how many bodies came in each minute of silence. */
async function deliverAll(bench: Bench, sink: SmtpSink, part?: WrongPart): Promise<number[]> {
  const server = `smtp://127.0.0.1:${sink.port}?connections=${CONNECTIONS}&timeout=${TIMEOUT_S}`
  const aMinute: number[] = []
  const inSilence = async (worker: MovedWorker, from: number, to: number) => {
    for (let minute = from; minute < to; minute++) {
      const before = sink.mails.length
      await worker.deliverAt(minute, server)
      aMinute.push(sink.mails.length - before)
    }
  }
  await withMovedWorker(bench, part, (worker) => inSilence(worker, 0, RESTART_AT))
  await withMovedWorker(bench, part, async (worker) => {
    await inSilence(worker, RESTART_AT, SILENT_MINUTES)
    sink.at = {}
    for (const minute of REPLYING_AT) {
      await worker.deliverAt(minute, server)
      await passInPaces(bench.db, 3600) // the slow start has tests of its own
    }
  })
  return aMinute
}

async function judge(db: Database, sink: SmtpSink, aMinute: number[]): Promise<Seen> {
  const copies = [...Map.groupBy(sink.mails, ({ messageId }) => messageId).values()]
  const twice = copies.filter(({ length }) => length > 1).length
  const faults = nothingLost(
    await tellAll(
      db,
      sink.mails.map((mail) => ({
        ...mail,
        at: 0,
        begun: 0,
        answer: sink.accepted.includes(mail) ? '250' : 'clo',
      })),
    ),
  )
  if (twice > MAX_TWICE) faults.push(`${twice} of ${MAILS} came twice`)
  if (copies.some(({ length }) => length > 2)) faults.push('one came more than twice')
  if (copies.length < MAILS) faults.push(`${MAILS - copies.length} never came`)
  if (aMinute.slice(1).some((count) => count !== 1))
    faults.push(`${aMinute.slice(1).join()} a minute were tried`)
  return { faults, twice, aMinute }
}

export const unansweredRelay: BatteryCase = {
  name: 'relay-no-reply',
  fault: `a relay takes emails and does not reply for ${SILENT_MINUTES} minutes: it hangs up, or is silent`,
  invariant: `of ${MAILS} emails over ${CONNECTIONS} connections at most ${MAX_TWICE} twice, none thrice; then one a minute; lost 0`,
  run: async () => {
    const results: string[] = []
    const faults: string[] = []
    for (const silence of Object.keys(SILENCES) as Silence[]) {
      const seen = await meet(silence)
      results.push(`it ${silence}: ${seen.twice} twice, ${seen.aMinute.join(' + ')} a minute`)
      faults.push(...seen.faults)
    }
    return {
      ok: faults.length === 0,
      n: `2 × ${MAILS} emails`,
      result: `${results.join('; ')}; wrong ${faults.length}${counted(faults)}`,
    }
  },
}

const countsNone = {
  row: 'relay-no-reply',
  part: 'ignores-missing-replies',
  sees: /^\d{3} of 300 came twice$/,
} as const

export const unansweredRelayWrongly = wrongCase(countsNone, async (part) => ({
  n: `${MAILS} emails`,
  faults: (await meet('hangs up', part)).faults,
}))
