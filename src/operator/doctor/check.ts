/** ok; warning: works, and may not for long or not for all; wrong: does not work; skipped: could not be asked. */
export type CheckState = 'ok' | 'warning' | 'wrong' | 'skipped'

export interface Verdict {
  state: CheckState
  /** What was seen, or why it was not looked at. Without addresses of subscribers. */
  found: string
  /** The command to run or the setting to change; null where nothing is to be done. */
  fix: string | null
}

export interface Check extends Verdict {
  check: string
}

export const ok = (found: string): Verdict => ({ state: 'ok', found, fix: null })
export const warning = (found: string, fix: string): Verdict => ({ state: 'warning', found, fix })
export const wrong = (found: string, fix: string): Verdict => ({ state: 'wrong', found, fix })
export const skipped = (found: string): Verdict => ({ state: 'skipped', found, fix: null })

const GRAVITY: CheckState[] = ['wrong', 'warning', 'skipped', 'ok']

/** Several verdicts on one thing as one: the gravest first, and as grave as that. */
export function together(found: string, verdicts: (Verdict | undefined)[]): Verdict {
  const all = verdicts.filter((verdict) => verdict !== undefined)
  const good = all.filter(({ state }) => state === 'ok')
  const troubles = GRAVITY.flatMap((state) =>
    all.filter((verdict) => verdict.state === state && state !== 'ok'),
  )
  return {
    state: troubles[0]?.state ?? 'ok',
    found: [...troubles, ok(found), ...good].map((verdict) => verdict.found).join('; '),
    fix: [...new Set(troubles.map(({ fix }) => fix).filter(Boolean))].join(' ') || null,
  }
}

/** "3 papers", "1 day". */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`
