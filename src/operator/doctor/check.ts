/** ok; warning: works, but perhaps not for long or not for all; wrong: does not work; skipped: could not be checked. */
export type CheckState = 'ok' | 'warning' | 'wrong' | 'skipped'

export interface CheckResult {
  state: CheckState
  /** What was found, or why the check was skipped. Contains no addresses of subscribers. */
  found: string
  /** The command to run or the setting to change; null if nothing has to be done. */
  fix: string | null
}

export interface Check extends CheckResult {
  check: string
}

export const ok = (found: string): CheckResult => ({ state: 'ok', found, fix: null })
export const warning = (found: string, fix: string): CheckResult => ({ state: 'warning', found, fix })
export const wrong = (found: string, fix: string): CheckResult => ({ state: 'wrong', found, fix })
export const skipped = (found: string): CheckResult => ({ state: 'skipped', found, fix: null })

const SEVERITY: CheckState[] = ['wrong', 'warning', 'skipped', 'ok']

/** Combines several results into one with the worst state; their texts are in order of severity. */
export function combineResults(found: string, verdicts: (CheckResult | undefined)[]): CheckResult {
  const all = verdicts.filter((verdict) => verdict !== undefined)
  const good = all.filter(({ state }) => state === 'ok')
  const problems = SEVERITY.flatMap((state) =>
    all.filter((verdict) => verdict.state === state && state !== 'ok'),
  )
  return {
    state: problems[0]?.state ?? 'ok',
    found: [...problems, ok(found), ...good].map((verdict) => verdict.found).join('; '),
    fix: [...new Set(problems.map(({ fix }) => fix).filter(Boolean))].join(' ') || null,
  }
}

/** "3 papers", "1 day". */
export const quantity = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? '' : 's'}`
