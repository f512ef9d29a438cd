import { Command, CommanderError, Option, type OutputConfiguration } from 'commander'
import { z } from 'zod'
import { type Environment, readConfig } from '../config/config.ts'
import { wrapIfUnavailable } from '../core/database/database.ts'
import { requireMigrated } from '../core/database/migrations.ts'
import { buildDeps, type Deps } from '../core/deps.ts'
import { errorText, Fault } from '../core/errors.ts'
import { openLog } from '../core/log.ts'
import { requireSuppressionKey } from '../subscribers/suppression-key.ts'
import {
  type CommandOutput,
  DRY_RUN,
  fieldOf,
  type Operation,
  type OperationContext,
  type OutputStream,
  readInput,
  runOperation,
  type SetupCommand,
  unwrapped,
} from './operations/operation.ts'
import { NOUNS, OPERATIONS } from './operations/operations.ts'

const FAILED = 1
const WRONG_USE = 2

type CommandOperation = Operation | SetupCommand

/** What was typed: the fields of the operation's input, and how it is called. */
export interface TypedCommand {
  operation: CommandOperation
  input: object
  dryRun: boolean
  wantsJson: boolean
}

/** The commands of all operations; `run` is called with what was typed. */
export function buildProgram(run: (typed: TypedCommand) => Promise<void>): Command {
  const program = new Command('daily-papers')
    .description('Operator commands. Exit code 0: done, 1: failed, 2: wrong usage.')
    .exitOverride()
  for (const operation of OPERATIONS) if (operation.command) addCommand(program, operation, run)
  return program
}

function addCommand(
  program: Command,
  operation: CommandOperation,
  run: (typed: TypedCommand) => Promise<void>,
): void {
  const [noun, verb] = operation.name.split(' ')
  const command = (verb ? nounOf(program, noun!) : program)
    .command(verb ?? noun!)
    .description(operation.summary)
  const { arguments: places = {}, options = {} } = operation.command!
  const subject = subjectOf(operation)
  if (subject) command.argument(subject, operation.command!.subject)
  for (const usage of Object.values(places)) command.argument(usage![0], usage![1])
  const fields = new Map<string, string>()
  for (const [field, [flags, help]] of Object.entries(options) as [string, readonly [string, string]][]) {
    const option = optionOf(fieldOf(operation.input, field), flags, help)
    fields.set(option.attributeName(), field)
    command.addOption(option)
  }
  if ('effect' in operation && operation.effect === 'change')
    command.option('--dry-run', operation.command!.dryRun ?? 'show what would happen; changes nothing')
  command.option('--json', 'print one JSON value').action(async (...args: unknown[]) => {
    const typed = command.opts<Record<string, unknown>>()
    const values = subject ? args.slice(1) : args
    const given = Object.fromEntries([
      ...Object.keys(places).map((field, n) => [field, values[n]]),
      ...[...fields].map(([name, field]) => [field, typed[name]]),
    ])
    const usage = usageOf(operation)
    const input = readInput(operation.input, given, (field) => usage[field] ?? field)
    const files = await operation.command!.readFiles?.(input as never)
    return run({
      operation,
      input: { ...subjectInput(operation, args[0]), ...input, ...files },
      dryRun: typed.dryRun === true,
      wantsJson: typed.json === true,
    })
  })
}

const nounOf = (program: Command, noun: string): Command =>
  program.commands.find((one) => one.name() === noun) ?? program.command(noun).description(NOUNS[noun]!)

const subjectOf = (operation: CommandOperation): string | undefined =>
  'subject' in operation ? { subscriber: '<email>', message: '<id>' }[operation.subject!] : undefined

function subjectInput(operation: CommandOperation, typed: unknown): object {
  if (!('subject' in operation)) return {}
  return operation.subject === 'subscriber' ? { who: { email: typed } } : { id: typed }
}

function optionOf(schema: z.ZodType, flags: string, help: string): Option {
  const option = new Option(flags, help)
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodEnum) option.choices(inner.options.map(String))
  if (inner instanceof z.ZodArray && !option.variadic)
    option.argParser((value: string, before: string[] = []) => [...before, value])
  const { success, data } = schema.safeParse(undefined)
  if (!success) return option.makeOptionMandatory()
  return ['string', 'number'].includes(typeof data) ? option.default(data) : option
}

/** The flag or argument of each field, for messages. */
const usageOf = ({ command }: CommandOperation): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...command!.arguments, ...command!.options }).map(([field, usage]) => [
      field,
      usage![0].split(' ')[0]!,
    ]),
  )

export interface Terminal {
  environment(): Environment
  stdout: OutputStream
  stderr: OutputStream
}

/** Runs one command line such as `['subscribers', 'list', '--json']`. Returns the exit code. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  const { stdout, stderr } = terminal
  let exitCode = 0
  // Needed before commander has parsed the command line, and if it cannot.
  const wantsJson = args.includes('--json')
  const program = buildProgram(async (typed) => {
    const output = await runTyped(typed, terminal)
    print(output, typed.wantsJson, stdout)
    exitCode = output.exitCode ?? 0
  })
  setOutput(program, {
    writeOut: (text: string) => void stdout.write(text),
    writeErr: (text: string) => void stderr.write(text),
    outputError: (text: string, write: (text: string) => void) => void (wantsJson || write(text)),
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    return reportError(error, wantsJson, stderr)
  }
}

function setOutput(command: Command, output: OutputConfiguration): void {
  command.configureOutput(output).exitOverride()
  for (const inner of command.commands) setOutput(inner, output)
}

async function runTyped(typed: TypedCommand, terminal: Terminal): Promise<CommandOutput> {
  const { operation, input } = typed
  if ('runBeforeSetup' in operation) return operation.runBeforeSetup(terminal.environment(), input)
  const config = readConfig(quietOnTerminal(terminal.environment(), terminal.stderr))
  const { stderr } = terminal
  const log = stderr === process.stderr ? undefined : openLog(config.LOG_LEVEL, stderr)
  const { deps, close } = await buildDeps(config, { log })
  try {
    if (!operation.beforeMigration) await requireReady(deps)
    return await runCommand(deps, typed, terminal)
  } finally {
    await close()
  }
}

/** On a terminal, log lines for each email would bury the output. */
const quietOnTerminal = (environment: Environment, stderr: OutputStream): Environment => ({
  ...environment,
  LOG_LEVEL: environment.LOG_LEVEL || (stderr.isTTY ? 'warn' : undefined),
})

async function requireReady(deps: Deps): Promise<void> {
  await requireMigrated(deps.db)
  await requireSuppressionKey(deps)
}

/** Runs an operation that was typed as a command, with Deps. */
export async function runCommand(
  deps: Deps,
  { operation, input, dryRun, wantsJson }: TypedCommand,
  { stdout, stderr }: Pick<Terminal, 'stdout' | 'stderr'>,
): Promise<CommandOutput> {
  const { output, effect, ownTransactions } = operation as Operation
  const read = (within: Deps, result: unknown, context: OperationContext): CommandOutput => ({
    json: result,
    ...(output?.(result, input as never, within, context) ?? { text: '' }),
  })
  const call = { via: 'command', input, context: { dryRun, wantsJson, stdout, stderr } } as const
  const { text, json, ...rest } = await runOperation(deps, operation as Operation, call, read)
  if (effect === 'read' || ownTransactions) return { text, json, ...rest }
  return {
    ...rest,
    json: { ...(json as object | undefined), dryRun },
    text: dryRun ? `${DRY_RUN}\n${text}` : text,
  }
}

function print(output: CommandOutput, wantsJson: boolean, stdout: OutputStream): void {
  if (!output.isAlreadyPrinted) stdout.write(`${wantsJson ? jsonOf(output) : output.text}\n`)
}

const jsonOf = ({ json, isJsonLines }: CommandOutput): string =>
  isJsonLines && Array.isArray(json)
    ? json.map((value) => JSON.stringify(value)).join('\n')
    : JSON.stringify(json)

function reportError(thrown: unknown, wantsJson: boolean, stderr: OutputStream): number {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0
  const { code, exit, message } = outcomeOf(wrapIfUnavailable(thrown))
  // In text mode, commander has already printed its error.
  if (wantsJson) stderr.write(`${JSON.stringify({ error: code, message })}\n`)
  else if (!(thrown instanceof CommanderError)) stderr.write(`${message}\n`)
  return exit
}

function outcomeOf(error: unknown): { code: string; exit: number; message: string } {
  if (error instanceof Fault) return error
  if (error instanceof CommanderError)
    return { code: 'usage.wrong', exit: WRONG_USE, message: error.message.replace(/^error: /, '') }
  return { code: 'unexpected', exit: FAILED, message: errorText(error) }
}
