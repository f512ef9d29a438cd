import { withTimeout } from '../../src/core/clock.ts'
import { errorText } from '../../src/core/errors.ts'
import type { BatteryCase, Profile, Verdict } from './battery-case.ts'
import { NotBegun } from './bench/delivery-bench.ts'
import { withChance } from './bench/seeded-random.ts'

export interface Outcome {
  one: BatteryCase
  /** The reason, if it could not be tried here. */
  verdict: Verdict | string
  /** It belongs to another profile and was not tried. */
  leftOut?: true
  seconds: number
  /** A digest of the faults that chance caused, also if the row fails: the same for the same seed. Undefined if none were. */
  faults?: string | undefined
}

interface RunOptions {
  profile: Profile
  seed: number
  /** How many rows run at once. Those that measure time run after the others, one by one. */
  atOnce: number
  /** Milliseconds after which a row has failed, so that one that never ends does not hold up the others. */
  limitMs: number
  /** Why a row is not tried in this run; undefined if it is. */
  whyNot: (one: BatteryCase) => string | undefined
  /** Called for each row when it is done. */
  onDone: (outcome: Outcome) => void
}

/** Runs every row once; returns the outcomes in the order of the list. */
export async function runCases(cases: BatteryCase[], options: RunOptions): Promise<Outcome[]> {
  const { atOnce, onDone, whyNot } = options
  const outcomes: Outcome[] = []
  const run = async (one: BatteryCase) => {
    const reason = whyNot(one)
    const outcome: Outcome = reason
      ? { one, verdict: reason, leftOut: true, seconds: 0 }
      : await runCase(one, options)
    outcomes.push(outcome)
    onDone(outcome)
  }
  const sideBySide = cases
    .filter(({ runsAlone }) => !runsAlone)
    .sort((one, other) => Number(other.long ?? false) - Number(one.long ?? false))
  const serve = async () => {
    for (let one = sideBySide.shift(); one; one = sideBySide.shift()) await run(one)
  }
  await Promise.all(Array.from({ length: atOnce }, serve))
  for (const one of cases.filter(({ runsAlone }) => runsAlone)) await run(one)
  return outcomes.sort((one, other) => cases.indexOf(one.one) - cases.indexOf(other.one))
}

async function runCase(one: BatteryCase, { profile, seed, limitMs }: RunOptions): Promise<Outcome> {
  const begun = performance.now()
  let faults = (): string | undefined => undefined
  const tryOnce = (): ReturnType<BatteryCase['run']> => {
    const row = withChance(seed, async () => one.run(profile))
    faults = row.faults
    return row.result
  }
  const verdict = await withTimeout(limitMs, tryTwice(one.name, tryOnce)).catch(
    (error): Verdict => ({ ok: false, n: '-', result: errorText(error) }),
  )
  return { one, verdict, seconds: (performance.now() - begun) / 1000, faults: faults() }
}

/** A program that ended before its work began, as on a machine that is short of memory, shows nothing: the row runs again. */
async function tryTwice<T>(name: string, tryOnce: () => Promise<T>): Promise<T> {
  try {
    return await tryOnce()
  } catch (error) {
    if (!(error instanceof NotBegun)) throw error
    console.log(`again ${name}: ${error.message}`)
    return tryOnce()
  }
}
