import type { Closing } from '../../support/smtp-sink.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { compare, inWords, withBench } from '../bench/delivery-bench.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { deliverAllAt, NEVER_SLOWER, withClockedWorker, wrongCase } from './clocked.ts'
import { addBatches, counted, messageResults, nothingLost } from './messages.ts'

const CLOSE_AFTER = 20
const CONNECTIONS = 4
/** How the server closes; one for each connection, round robin. */
const CLOSING: Closing[] = ['silent', '421-with', '421-after', '421-next', '421-instead']

interface Seen {
  faults: string[]
  deferred: number
  compared: string
}

function meet(emails: number, part: WrongPart): Promise<Seen> {
  const sink = { closeAfter: CLOSE_AFTER, closing: CLOSING }
  return withBench({ emails: 0, connections: CONNECTIONS, sink }, async (bench) => {
    const { db, arrived } = bench
    await addBatches(db, [{ label: 'mail', count: emails }])
    return withClockedWorker(bench, part, async (worker) => {
      const [first] = await deliverAllAt(worker, db, 0)
      const { deferred, stopped } = first!
      const refused = arrived().filter(({ answer }) => answer === '421').length
      for (const minutes of [1, 6, 21]) await deliverAllAt(worker, db, minutes)
      const arrivals = await compare(db, arrived())
      const { lost, doubles, differing, misrecorded } = arrivals
      const faults = nothingLost(await messageResults(db, arrived()))
      if (lost + doubles + differing + misrecorded > 0) faults.push(inWords(arrivals))
      if (deferred !== refused || stopped)
        faults.push(`${deferred} deferred of ${refused} refused with 421, stopped: ${stopped}`)
      return { faults, deferred, compared: inWords(arrivals) }
    })
  })
}

const EMAILS: Record<Profile, number> = { ci: 500, nightly: 10_000 }

export const closedConnections: BatteryCase = {
  name: 'server-closes-connections',
  fault: `the server ends each connection after ${CLOSE_AFTER} emails: ${CLOSING.join(', ')}`,
  invariant: 'lost 0, duplicates 0; no run stops; an email is deferred only if it was refused with 421',
  run: async (profile) => {
    const { faults, deferred, compared } = await meet(EMAILS[profile], NEVER_SLOWER)
    return {
      ok: faults.length === 0,
      n: `${EMAILS[profile]} emails`,
      result: `${compared}, ${deferred} were deferred, wrong ${faults.length}${counted(faults)}`,
    }
  },
}

const FEW = 100

const DEFERS_AFTER_CLOSE = {
  row: 'server-closes-connections',
  part: 'defers-after-close',
  fault: 'the server closes connections, and the email that finds its connection closed is deferred',
  harm: 'emails are deferred without a 421',
  sees: /^(\d+) deferred of (?!\1 )\d+ refused with 421/,
} as const

export const closedConnectionsWrong = wrongCase(DEFERS_AFTER_CLOSE, async (part) => ({
  n: `${FEW} emails`,
  faults: (await meet(FEW, part)).faults,
}))
