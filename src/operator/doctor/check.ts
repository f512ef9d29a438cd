import { withTimeout } from '../../core/clock.ts'
import { DAY_MS } from '../../core/dates.ts'
import { errorText } from '../../core/errors.ts'
import { redact } from '../../core/log.ts'
import { quantity } from '../operations/text-table.ts'

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

type Falsy = false | '' | 0 | null | undefined

/** Combines several results into one with the worst state; their texts are in order of severity. */
export function combineResults(found: string, verdicts: (CheckResult | Falsy)[]): CheckResult {
  const all = verdicts.filter((verdict) => typeof verdict === 'object' && verdict !== null)
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

const WARNING_DAYS = 14

/** Checks a certificate that expires at `until`. */
export function checkCertificateExpiry(until: Date, now: Date, fix: string): CheckResult {
  const days = Math.floor((until.getTime() - now.getTime()) / DAY_MS)
  if (days < 0) return wrong(`its certificate ended ${quantity(-days, 'day')} ago`, fix)
  const found = `certificate good for ${quantity(days, 'day')}`
  return days < WARNING_DAYS ? warning(found, fix) : ok(found)
}

export interface CheckDefinition {
  name: string
  /** Settings that the check requires. */
  settings?: string[]
  /** The check is skipped if the database does not respond, or lacks our tables. */
  needs?: 'database' | 'tables'
  run(): Promise<CheckResult> | CheckResult
}

interface ChecksInput {
  definitions: CheckDefinition[]
  /** Names of invalid settings. */
  invalidSettings: ReadonlySet<string>
  /** Why the database or its tables are missing; undefined if they exist. */
  unavailable: Record<'database' | 'tables', Promise<string | undefined>>
  /** Milliseconds for each check; all run in parallel. */
  withinMs: number
}

/** Runs all checks in parallel. Never rejects: a check that throws or times out becomes a result. */
export const runChecks = (input: ChecksInput): Promise<Check[]> =>
  Promise.all(
    input.definitions.map(async (definition) => ({
      check: definition.name,
      ...sanitized(await resultInTime(runCheck(definition, input), input.withinMs)),
    })),
  )

async function runCheck(
  definition: CheckDefinition,
  { invalidSettings, unavailable }: ChecksInput,
): Promise<CheckResult> {
  const setting = definition.settings?.find((name) => invalidSettings.has(name))
  if (setting) return skipped(`${setting} is wrong: see settings`)
  const why = definition.needs && (await unavailable[definition.needs])
  if (why) return skipped(why)
  try {
    return await definition.run()
  } catch (error) {
    return wrong(
      errorText(error),
      'If this does not say what to do, please report it: the check itself failed.',
    )
  }
}

async function resultInTime(result: Promise<CheckResult>, ms: number): Promise<CheckResult> {
  return withTimeout(ms, result).catch((error) =>
    wrong(errorText(error), 'Check whether a firewall blocks the connection.'),
  )
}

const LOGIN = /\/\/[^\s/]*@/g

// The error text of a library may contain an address or a password.
const sanitized = ({ state, found, fix }: CheckResult): CheckResult => ({
  state,
  found: oneLine(redact(found.replace(LOGIN, '//'))),
  fix: fix && oneLine(fix),
})

const oneLine = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
