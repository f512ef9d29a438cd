import { FAILPOINTS, type Failpoint } from '../../../src/core/deps.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { type Arrivals, type Bench, exitOf, inWords, withBench } from '../bench/delivery-bench.ts'
import { chanceOfRow } from '../bench/seeded-random.ts'
import { WRONG_VARIANTS } from './wrong-variants.ts'

const CRASHES: Record<Profile, number> = { ci: 3, nightly: 100 }
const PER_BATCH = 5
/** After every crash an email is left, whatever the point. */
const EMAILS_PER_CRASH = 3 * PER_BATCH + 1

/** Reached once for each batch; the others once for each email. */
const BETWEEN_BATCHES: Failpoint[] = ['before-claim', 'after-claim']
/** The server may have the email, and the database does not record it: one email per connection. */
const UNKNOWN: Failpoint[] = ['after-dot', 'after-250', 'before-commit']

interface Outcome extends Arrivals {
  point: Failpoint
  crashes: number
  /** Duplicates that the crashes cause. */
  expected: number
}

const isRight = ({ lost, doubles, differing, misrecorded, expected }: Outcome): boolean =>
  lost === 0 && doubles === expected && differing === 0 && misrecorded === 0

/** Starts workers one after the other, each of which kills itself at the point; then one that finishes. */
async function crashAt(
  bench: Bench,
  point: Failpoint,
  times: number,
  variant: string[] = [],
): Promise<Outcome> {
  const chance = chanceOfRow()
  const random = chance.random(FAILPOINTS.indexOf(point))
  const most = BETWEEN_BATCHES.includes(point) ? 3 : 2 * PER_BATCH
  let crashes = 0
  for (let time = 0; time < times; time++) {
    const nth = 1 + Math.floor(random() * most)
    chance.record(`crash ${time}${variant}: ${point}, time ${nth}`)
    const worker = await bench.startWorker(...variant, '--crash', `${point}:${nth}`)
    await exitOf(worker)
    if (worker.signalCode === 'SIGKILL') crashes++
  }
  const expected = UNKNOWN.includes(point) ? crashes : 0
  return { ...(await bench.finish()), point, crashes, expected }
}

const onDatabasesOfTheirOwn = <T>(work: (open: (emails: number) => Promise<Bench>) => Promise<T>) =>
  withBench({ emails: 0, connections: 1 }, (bench) =>
    work((emails) => bench.beside({ emails, perBatch: PER_BATCH })),
  )

const everyPoint: BatteryCase = {
  name: 'kill-at-each-point',
  long: true,
  fault: 'kill -9 at each named point, one connection',
  invariant: 'after-dot, after-250, before-commit: 1 duplicate per crash; others 0; lost 0; the same bytes',
  run: (profile) =>
    onDatabasesOfTheirOwn(async (open) => {
      const times = CRASHES[profile]
      const benches = await Promise.all(FAILPOINTS.map(() => open(times * EMAILS_PER_CRASH)))
      const outcomes = await Promise.all(FAILPOINTS.map((point, i) => crashAt(benches[i]!, point, times)))
      const faults = outcomes.filter((one) => !isRight(one) || one.crashes < times)
      return {
        ok: faults.length === 0,
        n: `${FAILPOINTS.length} points × ${times} crashes, ${FAILPOINTS.length * times * EMAILS_PER_CRASH} emails`,
        result:
          outcomes.map((one) => `${one.point} ${one.doubles}`).join(', ') +
          faults.map((one) => `; ${one.point}: ${one.crashes} crashes, ${inWords(one)}`).join(''),
      }
    }),
}

/** One crash after the dot is enough to catch each variant. */
const wrongVariants: BatteryCase = {
  name: 'kill-at-each-point-wrong-recording-order',
  fault: 'kill -9 after the dot, with workers that record too late or before they send',
  invariant: 'must be caught: each variant loses emails, sends more duplicates or records wrong states',
  run: () =>
    onDatabasesOfTheirOwn(async (open) => {
      const names = Object.keys(WRONG_VARIANTS)
      const benches = await Promise.all(names.map(() => open(3 * EMAILS_PER_CRASH)))
      const outcomes = await Promise.all(names.map((name, i) => crashAt(benches[i]!, 'after-dot', 2, [name])))
      return {
        ok: outcomes.every((one) => one.crashes === 2 && !isRight(one)),
        n: `${names.length} variants × 2 crashes`,
        result: outcomes
          .map((one, i) => `${isRight(one) ? 'NOT CAUGHT' : 'caught'}: ${names[i]} ${inWords(one)}`)
          .join('; '),
      }
    }),
}

export const failpointCases: BatteryCase[] = [everyPoint, wrongVariants]
