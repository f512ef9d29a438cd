import { withTimeout } from '../../core/clock.ts'
import { errorText } from '../../core/errors.ts'
import { redact } from '../../core/log.ts'
import { type Check, type CheckResult, skipped, wrong } from './check.ts'

export interface CheckDefinition {
  name: string
  /** Settings that the check requires. */
  settings?: string[]
  /** The check is skipped if the database does not respond, or lacks our tables. */
  needs?: 'database' | 'tables'
  run(): Promise<CheckResult> | CheckResult
}

export interface ChecksInput {
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
