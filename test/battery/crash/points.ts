import { FAILPOINTS, type Failpoint } from '../../../src/core/deps.ts'
import type { BatteryCase, Profile } from '../battery-case.ts'
import { type Arrivals, type Bench, exitOf, inWords, withBench } from '../bench/delivery-bench.ts'
import { randomFrom } from '../bench/seeded-random.ts'
import { WRONG_VARIANTS } from './wrong-variants.ts'

const SEED = 20261124
const CRASHES: Record<Profile, number> = { ci: 3, nightly: 100 }
const PER_BATCH = 5
/** Leaves a mail over after every crash, wherever it falls. */
const MAILS_PER_CRASH = 3 * PER_BATCH + 1

/** Reached once for each batch; the others once for each mail. */
const BETWEEN_BATCHES: Failpoint[] = ['before-claim', 'after-claim']
/** The server may have the mail, and the database does not know: over one connection that is one mail. */
const UNKNOWN: Failpoint[] = ['after-dot', 'after-250', 'before-commit']

interface Outcome extends Arrivals {
  point: Failpoint
  crashes: number
  /** Doubles that the crashes bring about. */
  expected: number
}

const isRight = ({ lost, doubles, differing, misrecorded, expected }: Outcome): boolean =>
  lost === 0 && doubles === expected && differing === 0 && misrecorded === 0

/** Starts one worker after the other, each of which ends itself at the point; then one that finishes. */
async function crashAt(
  bench: Bench,
  point: Failpoint,
  times: number,
  variant: string[] = [],
): Promise<Outcome> {
  const random = randomFrom(SEED + FAILPOINTS.indexOf(point))
  const most = BETWEEN_BATCHES.includes(point) ? 3 : 2 * PER_BATCH
  let crashes = 0
  for (let time = 0; time < times; time++) {
    const nth = 1 + Math.floor(random() * most)
    const worker = await bench.startWorker(...variant, '--crash', `${point}:${nth}`)
    await exitOf(worker)
    if (worker.signalCode === 'SIGKILL') crashes++
  }
  const expected = UNKNOWN.includes(point) ? crashes : 0
  return { ...(await bench.finish()), point, crashes, expected }
}

const onDatabasesOfTheirOwn = <T>(work: (open: (mails: number) => Promise<Bench>) => Promise<T>) =>
  withBench({ mails: 0, connections: 1 }, (bench) =>
    work((mails) => bench.beside({ mails, perBatch: PER_BATCH })),
  )

const everyPoint: BatteryCase = {
  name: 'kill-at-each-point',
  long: true,
  fault: 'kill -9 at each named point, one connection',
  invariant: 'after-dot, after-250, before-commit: 1 double a crash; others 0; lost 0; the same bytes',
  run: (profile) =>
    onDatabasesOfTheirOwn(async (open) => {
      const times = CRASHES[profile]
      const benches = await Promise.all(FAILPOINTS.map(() => open(times * MAILS_PER_CRASH)))
      const outcomes = await Promise.all(FAILPOINTS.map((point, i) => crashAt(benches[i]!, point, times)))
      const faults = outcomes.filter((one) => !isRight(one) || one.crashes < times)
      return {
        ok: faults.length === 0,
        n: `${FAILPOINTS.length} points × ${times} crashes, ${FAILPOINTS.length * times * MAILS_PER_CRASH} mails`,
        result:
          outcomes.map((one) => `${one.point} ${one.doubles}`).join(', ') +
          faults.map((one) => `; ${one.point}: ${one.crashes} crashes, ${inWords(one)}`).join(''),
      }
    }),
}

/** Green where one crash after the dot is enough to see each wrong variant. */
const wrongVariants: BatteryCase = {
  name: 'kill-at-each-point-wrong-recording-order',
  fault: 'the same after the dot, each wrong variant',
  invariant: 'each must be seen to lose or double',
  run: () =>
    onDatabasesOfTheirOwn(async (open) => {
      const names = Object.keys(WRONG_VARIANTS)
      const benches = await Promise.all(names.map(() => open(3 * MAILS_PER_CRASH)))
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

export const pointCases: BatteryCase[] = [everyPoint, wrongVariants]
