import { randomBytes } from 'node:crypto'
import { styleText } from 'node:util'
import { z } from 'zod'
import { type Environment, faultyNames, inspectConfig } from '../../config/config.ts'
import { cliCommand, startCommand } from '../../core/cli-command.ts'
import { Fault } from '../../core/errors.ts'
import type { Feature } from '../../core/feature.ts'
import { type EnvFile, openEnvFile } from '../setup/env-file.ts'
import { openPrompt, type Prompt } from '../setup/prompt.ts'
import { QUESTIONS, type Question } from '../setup/questions.ts'
import {
  type CommandContext,
  type CommandOutput,
  commandWithoutDeps,
  type OutputStream,
} from './operation.ts'
import { fillLines } from './text-table.ts'

const FAILED = 1
const FILE = '.env'
const MAX_LINE_LENGTH = 78
const TITLES = QUESTIONS.filter(({ title }) => title)

const setup = commandWithoutDeps({
  name: 'setup',
  summary: 'ask what cannot be guessed, write .env, check everything and send a test email',
  input: z.object({}),
  command: {},
  runWithoutDeps: async (context): Promise<CommandOutput> => {
    const { stdin, stdout } = context.terminal
    if (!stdin.isTTY || !stdout.isTTY) throw new Fault('usage.wrong', { what: NO_TERMINAL })
    const file = openEnvFile(
      FILE,
      QUESTIONS.map(({ name }) => name),
    )
    const isComplete = await askAll(file, context)
    const exitCode = isComplete ? await checkAll(file, context) : FAILED
    return { text: '', exitCode, isAlreadyPrinted: true }
  },
})

export const SETUP_OPERATIONS = [setup]

const NO_TERMINAL = `setup asks questions, so it needs a terminal. Without one, copy .env.example to .env, fill it in, and run: ${cliCommand('doctor')}`

/** False if the person ended it. Each answer is in the file at once, so the next run begins with it. */
async function askAll(file: EnvFile, { features, terminal }: CommandContext): Promise<boolean> {
  const { stdin, stdout } = terminal
  let isWritten = false
  say(stdout, `${INTRODUCTION}\n`)
  const prompt = openPrompt(stdin, stdout)
  try {
    for (const question of QUESTIONS) {
      const values = file.values()
      if (question.isAsked?.(values) === false) {
        removeOld(file, question.name)
        continue
      }
      if (values[`${question.name}_FILE`]) continue // a secret in a file of its own
      printHead(question, stdout)
      await askOne(question, { file, prompt, stdout, features })
      isWritten = true
    }
    completeSettings(file, features)
    return true
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error
    const kept = isWritten ? `Your answers are in ${FILE}.` : 'Nothing was written.'
    say(stdout, `\nStopped. ${kept} To go on: ${cliCommand('setup')}`)
    return false
  } finally {
    prompt.close()
  }
}

const INTRODUCTION = `Six questions, then ${FILE} is complete. Enter accepts what is on the line; you can edit it. Ctrl-C stops and keeps your answers.`

interface Asking {
  file: EnvFile
  prompt: Prompt
  stdout: OutputStream
  features: readonly Feature[]
}

async function askOne(question: Question, { file, prompt, stdout, features }: Asking): Promise<void> {
  const { name, isHidden } = question
  const values = file.values()
  const present = values[name] || question.proposal?.(values)
  const keeps = isHidden && present ? ' (Enter keeps the present one)' : ''
  let initial = isHidden ? '' : present
  for (;;) {
    const typed = await prompt.ask(`${name}${keeps}: `, { initial, isHidden })
    const answer = isHidden ? typed || (present ?? '') : typed.trim()
    const problem = problemOf(name, { ...values, [name]: answer }, features)
    if (!problem && file.set(name, answer)) return
    // What was typed stays on the screen above the reason. The next line is empty: nothing has to be deleted.
    say(stdout, problem ?? NOT_STORABLE, 'red')
    initial = ''
  }
}

const NOT_STORABLE = `${FILE} cannot hold a ' together with a $, a \`, a " or a \\ so that every program reads the same value. Use another value; a secret can also be in a file whose path is in NAME_FILE.`

/** What is wrong with the setting in production, and what it takes. */
function problemOf(name: string, values: Environment, features: readonly Feature[]): string | undefined {
  const { faults } = inspectConfig({ ...values, NODE_ENV: 'production' }, features)
  const own = faults.find((fault) => faultyNames([fault]).has(name))
  return own && `${name}: ${own.what}`
}

function printHead({ title, hint }: Question, stdout: OutputStream): void {
  const number = TITLES.findIndex((one) => one.title === title) + 1
  if (title) stdout.write(`\n${styleText('bold', `${number} of ${TITLES.length}. ${title}`)}\n`)
  say(stdout, hint, 'dim')
}

function say(stdout: OutputStream, text: string, style?: 'dim' | 'red'): void {
  for (const paragraph of text.split('\n')) {
    const lines = fillLines(paragraph.split(' '), MAX_LINE_LENGTH, ' ').join('\n')
    stdout.write(`${style ? styleText(style, lines) : lines}\n`)
  }
}

/** Of a question that is not asked. */
function removeOld(file: EnvFile, name: string): void {
  for (const one of [name, `${name}_FILE`]) if (file.values()[one]) file.set(one, '')
}

/**
 * Adds what nobody is asked for: production and the secrets. No ADMIN_PASSWORD if operators log in otherwise: leaving it
 * out turns the password login off.
 */
export function completeSettings(file: EnvFile, features: readonly Feature[]): void {
  const values = file.values()
  const defaults = {
    NODE_ENV: 'production',
    APP_SECRET: randomBytes(32).toString('base64'),
    SUPPRESSION_KEY: randomBytes(32).toString('base64'),
    ...(!hasOtherLogin(values, features) && { ADMIN_PASSWORD: randomBytes(15).toString('base64url') }),
  }
  for (const [name, value] of Object.entries(defaults))
    if (!values[name] && !values[`${name}_FILE`]) file.set(name, value)
}

function hasOtherLogin(values: Environment, features: readonly Feature[]): boolean {
  const { config } = inspectConfig(values, features)
  return features
    .flatMap(({ routes = [] }) => routes)
    .some((one) => one.area === 'login' && one.isConfigured(config))
}

/** Creates the tables, looks for faults, and sends the test email. Returns the exit code. */
async function checkAll(file: EnvFile, { features, terminal, run }: CommandContext): Promise<number> {
  const { stdout } = terminal
  const { OPERATOR_EMAIL } = file.values()
  say(
    stdout,
    `\n${FILE} is complete, with the secrets. Keep a copy of it: SUPPRESSION_KEY must never change.`,
  )
  stdout.write(`\n${styleText('bold', 'The database')}\n`)
  let exitCode = await run(['db', 'migrate'])
  if (features.some(({ name }) => name === 'doctor')) {
    stdout.write(`\n${styleText('bold', 'Checks')}\n`)
    await run(['doctor', '--before-start'])
  }
  if (OPERATOR_EMAIL && exitCode === 0) {
    stdout.write(`\n${styleText('bold', `A test email to ${OPERATOR_EMAIL}`)}\n`)
    exitCode = await run(['mail', 'test', OPERATOR_EMAIL])
  }
  const next = file.values().ADMIN_PASSWORD ? `${NEXT}\n${PASSWORD_PLACE}` : NEXT
  say(stdout, exitCode === 0 ? next : `\nCorrect what is wrong above, then run again: ${cliCommand('setup')}`)
  return exitCode
}

const NEXT = `\nNext, start the service:\n  ${startCommand()}\nPoint your proxy to it, and check again:\n  ${cliCommand('doctor')}`
const PASSWORD_PLACE = `The password of the admin pages is ADMIN_PASSWORD in ${FILE}.`
