import { withTimeout } from '../../src/core/clock.ts'
import { errorText } from '../../src/core/errors.ts'
import type { BatteryCase, Profile, Verdict } from './battery-case.ts'
import { NotBegun } from './bench/delivery-bench.ts'

export interface Outcome {
  one: BatteryCase
  /** The reason, where it could not be tried here. */
  verdict: Verdict | string
  seconds: number
}

interface RunOptions {
  profile: Profile
  /** So many cases at once; those that measure time have the machine to themselves, after the others. */
  atOnce: number
  /** Milliseconds after which a case has failed: one that waits for something that never comes must not hold up the others. */
  limitMs: number
  /** Why a case is not tried in this run; undefined where it is. */
  whyNot: (one: BatteryCase) => string | undefined
  /** Called for each as it is done. */
  tell: (outcome: Outcome) => void
}

/** Runs every case once; what came of each, in the order of the list. */
export async function runCases(cases: BatteryCase[], options: RunOptions): Promise<Outcome[]> {
  const { profile, atOnce, limitMs, tell, whyNot } = options
  const outcomes: Outcome[] = []
  const run = async (one: BatteryCase) => {
    const reason = whyNot(one)
    const outcome = reason ? { one, verdict: reason, seconds: 0 } : await runCase(one, profile, limitMs)
    outcomes.push(outcome)
    tell(outcome)
  }
  const sideBySide = cases
    .filter(({ alone }) => !alone)
    .sort((one, other) => Number(other.long ?? false) - Number(one.long ?? false))
  const serve = async () => {
    for (let one = sideBySide.shift(); one; one = sideBySide.shift()) await run(one)
  }
  await Promise.all(Array.from({ length: atOnce }, serve))
  for (const one of cases.filter(({ alone }) => alone)) await run(one)
  return outcomes.sort((one, other) => cases.indexOf(one.one) - cases.indexOf(other.one))
}

async function runCase(one: BatteryCase, profile: Profile, limitMs: number): Promise<Outcome> {
  const begun = performance.now()
  const verdict = await withTimeout(limitMs, tryTwice(one, profile)).catch(
    (error): Verdict => ({ ok: false, n: '-', result: errorText(error) }),
  )
  return { one, verdict, seconds: (performance.now() - begun) / 1000 }
}

/** A case whose program ended before its work began tried nothing, as on a machine that is short of something: once more. */
async function tryTwice(one: BatteryCase, profile: Profile): Promise<Verdict | string> {
  try {
    return await one.run(profile)
  } catch (error) {
    if (!(error instanceof NotBegun)) throw error
    console.log(`again ${one.name}: ${error.message}`)
    return one.run(profile)
  }
}
