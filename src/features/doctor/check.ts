import { withTimeout } from '../../core/clock.ts'
import { DAY_MS } from '../../core/dates.ts'
import { errorText } from '../../core/errors.ts'
import { redact } from '../../core/log.ts'
import { type CheckResult, type CheckState, ok, warning, wrong } from '../../operator/health/feature-check.ts'
import { quantity } from '../../operator/operations/text-table.ts'

export interface Check extends CheckResult {
  check: string
}

export const skipped = (found: string): CheckResult => ({ state: 'skipped', found, fix: null })

const PROBLEMS: CheckState[] = ['wrong', 'warning', 'skipped']

/** Combines several results into one with the worst state; their texts are in order of severity. */
export function combineResults(
  found: string,
  results: (CheckResult | false | '' | 0 | undefined)[],
): CheckResult {
  const all = results.filter((result) => typeof result === 'object')
  const problems = PROBLEMS.flatMap((state) => all.filter((result) => result.state === state))
  const good = all.filter(({ state }) => state === 'ok')
  return {
    state: problems[0]?.state ?? 'ok',
    found: [...problems, ok(found), ...good].map((result) => result.found).join('; '),
    fix: [...new Set(problems.flatMap(({ fix }) => fix ?? []))].join(' ') || null,
  }
}

const WARNING_DAYS = 14

export function checkCertificateExpiry(until: Date, now: Date, fix: string): CheckResult {
  const days = Math.floor((until.getTime() - now.getTime()) / DAY_MS)
  if (days < 0) return wrong(`its certificate ended ${quantity(-days, 'day')} ago`, fix)
  const found = `certificate good for ${quantity(days, 'day')}`
  return days < WARNING_DAYS ? warning(found, fix) : ok(found)
}

type NamedResult = CheckResult & { check?: string }
type Results = NamedResult | NamedResult[]

/** A line of a table of checks; `Context` is what the checks of the table need. */
export interface CheckDefinition<Context> {
  name: string
  settings?: readonly string[]
  /** The check is skipped if the database does not respond, or lacks our tables. */
  needs?: 'database' | 'tables'
  /** One or several results; each may have a name of its own. */
  check(context: Context): Promise<Results> | Results
}

interface ChecksInput {
  /** Milliseconds for each check; all run in parallel. */
  withinMs: number
  invalidSettings?: ReadonlySet<string>
  /** Why the database or its tables are missing; undefined if they exist. */
  unavailable?: Partial<Record<'database' | 'tables', string>>
  /** The fix for a check that throws. */
  fixIfThrown?: string
}

/** Runs all checks in parallel. Never rejects: a check that throws or times out becomes a result. */
export async function runChecks<Context>(
  table: readonly CheckDefinition<Context>[],
  context: Context,
  input: ChecksInput,
): Promise<Check[]> {
  const results = await Promise.all(
    table.map(async (definition) => {
      const result = await withTimeout(input.withinMs, runCheck(definition, context, input)).catch((error) =>
        wrong(errorText(error), 'Check whether a firewall blocks the connection.'),
      )
      return [result].flat().map((one) => shownResult(definition.name, one))
    }),
  )
  return results.flat()
}

const LOGIN = /\/\/[^\s/]*@/g

/** The error text of a library may contain an address or a password. */
function shownResult(name: string, { check = name, state, found, fix }: NamedResult): Check {
  return { check, state, found: oneLine(redact(found.replace(LOGIN, '//'))), fix: fix && oneLine(fix) }
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, ' ').trim()

async function runCheck<Context>(
  { settings, needs, check }: CheckDefinition<Context>,
  context: Context,
  { invalidSettings, unavailable, fixIfThrown }: ChecksInput,
): Promise<Results> {
  const setting = settings?.find((name) => invalidSettings?.has(name))
  if (setting) return skipped(`${setting} is wrong: see settings`)
  const why = needs && unavailable?.[needs]
  if (why) return skipped(why)
  try {
    return await check(context)
  } catch (error) {
    return wrong(
      errorText(error),
      fixIfThrown ?? 'If this does not say what to do, please report it: the check itself failed.',
    )
  }
}
