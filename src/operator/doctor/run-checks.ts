import { textOf } from '../../core/errors.ts'
import { within } from '../../core/in-time.ts'
import { scrub } from '../../core/log.ts'
import { type Check, skipped, type Verdict, wrong } from './check.ts'

export interface Question {
  check: string
  /** Settings without which it cannot be asked. */
  settings?: string[]
  /** Holds where the database answers, or has our tables. */
  needs?: 'database' | 'tables'
  ask(): Promise<Verdict> | Verdict
}

export interface Asking {
  questions: Question[]
  /** Names of settings that are wrong. */
  wrongSettings: ReadonlySet<string>
  /** Why there is no database, or no table in it; undefined where all is there. */
  missing: Record<'database' | 'tables', Promise<string | undefined>>
  /** Milliseconds for each question; all are asked side by side. */
  withinMs: number
}

/** Asks everything at once. Never rejects: a question that throws, or gets no answer in time, is a verdict. */
export const runChecks = (asking: Asking): Promise<Check[]> =>
  Promise.all(
    asking.questions.map(async (question) => ({
      check: question.check,
      ...cleaned(await verdictInTime(answer(question, asking), asking.withinMs)),
    })),
  )

async function answer(question: Question, { wrongSettings, missing }: Asking): Promise<Verdict> {
  const setting = question.settings?.find((name) => wrongSettings.has(name))
  if (setting) return skipped(`${setting} is wrong: see settings`)
  const why = question.needs && (await missing[question.needs])
  if (why) return skipped(why)
  try {
    return await question.ask()
  } catch (error) {
    return wrong(textOf(error), 'If this does not say what to do, please report it: the check itself failed.')
  }
}

async function verdictInTime(verdict: Promise<Verdict>, ms: number): Promise<Verdict> {
  return within(ms, verdict).catch((error) =>
    wrong(textOf(error), 'Check whether a firewall blocks the connection.'),
  )
}

const LOGIN = /\/\/[^\s/]*@/g

// Texts of libraries may hold the address or the password that they were given.
const cleaned = ({ state, found, fix }: Verdict): Verdict => ({
  state,
  found: oneLine(scrub(found.replace(LOGIN, '//'))),
  fix: fix && oneLine(fix),
})

const oneLine = (text: string): string => text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
