import { errorText } from '../../core/errors.ts'
import { redact } from '../../core/log.ts'
import { withTimeout } from '../../core/with-timeout.ts'
import { type Check, type CheckResult, skipped, wrong } from './check.ts'

export interface CheckDefinition {
  name: string
  /** Settings without which it cannot be asked. */
  settings?: string[]
  /** Holds where the database answers, or has our tables. */
  needs?: 'database' | 'tables'
  run(): Promise<CheckResult> | CheckResult
}

export interface ChecksInput {
  definitions: CheckDefinition[]
  /** Names of settings that are wrong. */
  invalidSettings: ReadonlySet<string>
  /** Why there is no database, or no table in it; undefined where all is there. */
  unavailable: Record<'database' | 'tables', Promise<string | undefined>>
  /** Milliseconds for each question; all are asked side by side. */
  withinMs: number
}

/** Asks everything at once. Never rejects: a question that throws, or gets no answer in time, is a verdict. */
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

// Texts of libraries may hold the address or the password that they were given.
const sanitized = ({ state, found, fix }: CheckResult): CheckResult => ({
  state,
  found: oneLine(redact(found.replace(LOGIN, '//'))),
  fix: fix && oneLine(fix),
})

const oneLine = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
