import type { Closing } from '../../support/smtp-sink.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { compare, inWords, withBench } from '../bench/delivery-bench.ts'
import type { WrongPart } from '../bench/wrong-part.ts'
import { addBatches, counted, nothingLost, tellAll } from './messages.ts'
import { deliverAllAt, NEVER_SLOWER, withMovedWorker, wrongCase } from './moved.ts'

const CLOSE_AFTER = 20
const CONNECTIONS = 4
/** One for each connection in turn. */
const CLOSING: Closing[] = ['silent', '421-with', '421-after', '421-next', '421-instead']

interface Seen {
  faults: string[]
  deferred: number
  told: string
}

function meet(mails: number, part: WrongPart): Promise<Seen> {
  const sink = { closeAfter: CLOSE_AFTER, closing: CLOSING }
  return withBench({ mails: 0, connections: CONNECTIONS, sink }, async (bench) => {
    const { db, arrived } = bench
    await addBatches(db, [{ label: 'mail', count: mails }])
    return withMovedWorker(bench, part, async (worker) => {
      const [first] = await deliverAllAt(worker, db, 0)
      const { deferred, stopped } = first!
      const refused = arrived().filter(({ answer }) => answer === '421').length
      for (const minutes of [1, 6, 21]) await deliverAllAt(worker, db, minutes)
      const arrivals = await compare(db, arrived())
      const { lost, doubles, differing, misrecorded } = arrivals
      const faults = nothingLost(await tellAll(db, arrived()))
      if (lost + doubles + differing + misrecorded > 0) faults.push(inWords(arrivals))
      if (deferred !== refused || stopped)
        faults.push(`${deferred} deferred of ${refused} that were answered 421, stopped: ${stopped}`)
      return { faults, deferred, told: inWords(arrivals) }
    })
  })
}

const MAILS: Record<Profile, number> = { ci: 500, nightly: 10_000 }

export const closing: BatteryCase = {
  name: 'server-closes-connections',
  fault: `the server ends each connection after ${CLOSE_AFTER} emails: ${CLOSING.join(', ')}`,
  invariant: 'lost 0, doubled 0; no run stops; only an email that was answered 421 goes again',
  run: async (profile) => {
    const { faults, deferred, told } = await meet(MAILS[profile], NEVER_SLOWER)
    return {
      ok: faults.length === 0,
      n: `${MAILS[profile]} emails`,
      result: `${told}, ${deferred} went again, wrong ${faults.length}${counted(faults)}`,
    }
  },
}

const FEW = 100

const defersAtHangUp = {
  row: 'server-closes-connections',
  part: 'defers-after-close',
  sees: /^(\d+) deferred of (?!\1 )\d+ that were answered 421/,
} as const

export const closingWrongly = wrongCase(defersAtHangUp, async (part) => ({
  n: `${FEW} emails`,
  faults: (await meet(FEW, part)).faults,
}))
