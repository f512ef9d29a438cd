import { textOf } from '../../src/platform/errors.ts'
import type { BatteryCase, Profile, Verdict } from '../../test/battery/battery-case.ts'

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
  /** Called for each, in the order of the list, as soon as those before it are done. */
  tell: (outcome: Outcome) => void
}

/** Runs every case once, and says what came of each in the order of the list. */
export async function runCases(cases: BatteryCase[], options: RunOptions): Promise<Outcome[]> {
  const { profile, atOnce, tell } = options
  const outcomes: (Outcome | undefined)[] = cases.map(() => undefined)
  let told = 0
  const run = async (index: number) => {
    outcomes[index] = await runCase(cases[index]!, profile)
    for (let next = outcomes[told]; next; next = outcomes[++told]) tell(next)
  }
  const all = [...cases.keys()]
  const sideBySide = all.filter((index) => !cases[index]!.alone)
  const serve = async () => {
    for (let index = sideBySide.shift(); index !== undefined; index = sideBySide.shift()) await run(index)
  }
  await Promise.all(Array.from({ length: atOnce }, serve))
  for (const index of all.filter((one) => cases[one]!.alone)) await run(index)
  return outcomes.map((outcome) => outcome!)
}

async function runCase(one: BatteryCase, profile: Profile): Promise<Outcome> {
  const begun = performance.now()
  const verdict = await one
    .run(profile)
    .catch((error): Verdict => ({ ok: false, n: '-', result: textOf(error) }))
  return { one, verdict, seconds: (performance.now() - begun) / 1000 }
}
