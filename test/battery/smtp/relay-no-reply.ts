import type { Database } from '../../../src/core/database/database.ts'
import { passTimeInSendRates } from '../../support/pass-time-in-send-rates.ts'
import { type Behaviour, type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts'
import type { BatteryCase } from '../battery-case.ts'
import { type Bench, withBench } from '../bench/delivery-bench.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { type ClockedWorker, withClockedWorker, wrongCase } from './clocked.ts'
import { addBatches, counted, messageResults, nothingLost } from './messages.ts'

/** What the server does instead of a reply to the body. */
const SILENCES = {
  'closes the connection': 'close',
  'is silent until the time-out': 'silence',
} satisfies Record<string, Behaviour>
type Silence = keyof typeof SILENCES

const EMAILS = 300
const CONNECTIONS = 8
const TIMEOUT_S = 2
/** The server does not reply in these minutes. A new process starts in the middle. */
const SILENT_MINUTES = 4
const RESTART_AT = 2
/** The last is after the second try of every email without a reply. */
const REPLYING_AT = [5, 6, 7, 25, 26]
/** Five in succession, one in progress on each other connection, and one a minute. */
const MAX_TWICE = 20

interface Seen {
  faults: string[]
  twice: number
  aMinute: number[]
}

const meet = (silence: Silence, part?: WrongPart): Promise<Seen> =>
  withBench({ emails: 0, connections: CONNECTIONS, query: `timeout=${TIMEOUT_S}` }, async (bench) => {
    await addBatches(bench.db, [{ label: 'mail', count: EMAILS }])
    const sink = await startSmtpSink({ at: { dot: SILENCES[silence] } })
    try {
      const aMinute = await deliverAll(bench, sink, part)
      return await judge(bench.db, sink, aMinute)
    } finally {
      await sink.close()
    }
  })

/** Returns the number of bodies that arrived in each minute of silence. */
async function deliverAll(bench: Bench, sink: SmtpSink, part?: WrongPart): Promise<number[]> {
  const server = `smtp://127.0.0.1:${sink.port}?connections=${CONNECTIONS}&timeout=${TIMEOUT_S}`
  const aMinute: number[] = []
  const inSilence = async (worker: ClockedWorker, from: number, to: number) => {
    for (let minute = from; minute < to; minute++) {
      const before = sink.mails.length
      await worker.deliverAt(minute, server)
      aMinute.push(sink.mails.length - before)
    }
  }
  await withClockedWorker(bench, part, (worker) => inSilence(worker, 0, RESTART_AT))
  await withClockedWorker(bench, part, async (worker) => {
    await inSilence(worker, RESTART_AT, SILENT_MINUTES)
    sink.at = {}
    for (const minute of REPLYING_AT) {
      await worker.deliverAt(minute, server)
      await passTimeInSendRates(bench.db, 3600) // the slow start has tests of its own
    }
  })
  return aMinute
}

async function judge(db: Database, sink: SmtpSink, aMinute: number[]): Promise<Seen> {
  const copies = [...Map.groupBy(sink.mails, ({ messageId }) => messageId).values()]
  const twice = copies.filter(({ length }) => length > 1).length
  const faults = nothingLost(
    await messageResults(
      db,
      sink.mails.map((mail) => ({
        ...mail,
        at: 0,
        begun: 0,
        answer: sink.accepted.includes(mail) ? '250' : 'clo',
      })),
    ),
  )
  if (twice > MAX_TWICE) faults.push(`${twice} of ${EMAILS} arrived twice`)
  if (copies.some(({ length }) => length > 2)) faults.push('one arrived more than twice')
  if (copies.length < EMAILS) faults.push(`${EMAILS - copies.length} never arrived`)
  if (aMinute.slice(1).some((count) => count !== 1))
    faults.push(`${aMinute.slice(1).join()} were sent a minute`)
  return { faults, twice, aMinute }
}

export const relayNoReply: BatteryCase = {
  name: 'relay-no-reply',
  fault: `a relay takes emails and does not reply for ${SILENT_MINUTES} minutes: it closes the connection, or is silent`,
  invariant: `of ${EMAILS} emails over ${CONNECTIONS} connections at most ${MAX_TWICE} arrive twice, none three times; then one a minute; lost 0`,
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
      n: `2 × ${EMAILS} emails`,
      result: `${results.join('; ')}; wrong ${faults.length}${counted(faults)}`,
    }
  },
}

const IGNORES_MISSING_REPLIES = {
  row: 'relay-no-reply',
  part: 'ignores-missing-replies',
  fault: 'a relay takes emails and does not reply, and missing replies are not counted',
  harm: 'every email arrives twice',
  sees: /^\d{3} of 300 arrived twice$/,
} as const

export const relayNoReplyWrong = wrongCase(IGNORES_MISSING_REPLIES, async (part) => ({
  n: `${EMAILS} emails`,
  faults: (await meet('closes the connection', part)).faults,
}))
