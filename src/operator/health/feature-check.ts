import type { Config } from '../../config/config.ts'

/** ok; warning: works, but perhaps not for long or not for all; wrong: does not work; skipped: could not be checked. */
export type CheckState = 'ok' | 'warning' | 'wrong' | 'skipped'

export interface CheckResult {
  state: CheckState
  /** What was found, or why the check was skipped. Contains no addresses of subscribers. */
  found: string
  /** The command to run or the setting to change; null if nothing has to be done. */
  fix: string | null
}

export const ok = (found: string): CheckResult => ({ state: 'ok', found, fix: null })
export const warning = (found: string, fix: string): CheckResult => ({ state: 'warning', found, fix })
export const wrong = (found: string, fix: string): CheckResult => ({ state: 'wrong', found, fix })

/** What the settings of a feature need to work. Unlike a condition, it runs only when the operator asks. */
interface FeatureCheck {
  name: string
  /** It is skipped if one of these is wrong. */
  settings: readonly string[]
  /** May use the network, and changes nothing. No result: there is nothing to check. */
  check(config: Config, input: { timeoutMs: number }): Promise<CheckResult[]>
}

declare module '../../core/feature.ts' {
  interface Feature {
    checks?: readonly FeatureCheck[]
  }
}
