import { readFileSync } from 'node:fs'
import { Command, CommanderError, Option, type OutputConfiguration } from 'commander'
import { z } from 'zod'
import { errorText, Fault } from '../core/errors.ts'
import type { Feature } from '../core/feature.ts'
import {
  type CommandOutput,
  fieldOf,
  type OutputStream,
  readInput,
  unwrapped,
} from './operations/operation.ts'
import { type AnyOperation, nounsOf } from './operations/operations.ts'
import type { Terminal, TypedCommand } from './run-command.ts'

const PACKAGE = new URL('../../package.json', import.meta.url)
const FAILED = 1
const WRONG_USE = 2

/**
 * The commands of the noun `typed`, or all; of the other nouns what --help lists. `run` is called with what was typed. A
 * command that waited for the files of all others would start five times later.
 */
export async function buildProgram(
  features: readonly Feature[],
  run: (typed: TypedCommand) => Promise<void>,
  typed?: { noun?: string; verb?: string },
): Promise<Command> {
  const program = new Command('daily-papers')
    .description('Operator commands. Exit code 0: done, 1: failed, 2: wrong usage.')
    .version(JSON.parse(readFileSync(PACKAGE, 'utf8')).version, '--version')
    .exitOverride()
  for (const [name, { summary, isCommand, read }] of Object.entries(nounsOf(features))) {
    if (typed && typed.noun !== name) {
      const listed = program.command(name).description(summary)
      if (isCommand) listed.option('--json')
      continue
    }
    const parent = isCommand ? program : program.command(name).description(summary)
    for (const operation of await read(typed?.verb)) if (operation.command) addCommand(parent, operation, run)
  }
  return program
}

function addCommand(
  parent: Command,
  operation: AnyOperation,
  run: (typed: TypedCommand) => Promise<void>,
): void {
  const command = parent.command(operation.name.split(' ').at(-1)!).description(operation.summary)
  const { arguments: places = {}, options = {} } = operation.command!
  const subject = subjectOf(operation)
  if (subject) command.argument(subject)
  for (const usage of Object.values(places)) command.argument(usage![0], usage![1])
  const fields = new Map<string, string>()
  for (const [field, [flags, help]] of Object.entries(options) as [string, readonly [string, string]][]) {
    const option = optionOf(fieldOf(operation.input, field), flags, help)
    fields.set(option.attributeName(), field)
    command.addOption(option)
  }
  const dryRun = dryRunOf(operation)
  if (dryRun) command.option('--dry-run', dryRun)
  command.option('--json', 'print one JSON value').action(async (...args: unknown[]) => {
    const typed = command.opts<Record<string, unknown>>()
    const values = subject ? args.slice(1) : args
    const given = Object.fromEntries([
      ...Object.keys(places).map((field, n) => [field, values[n]]),
      ...[...fields].map(([name, field]) => [field, typed[name]]),
    ])
    const usage = usageOf(operation)
    const input = readInput(operation.input, given, (field) => usage[field] ?? field)
    const files = await operation.command!.readFiles?.(input)
    return run({
      operation,
      input: { ...subjectInput(operation, args[0]), ...input, ...files },
      dryRun: typed.dryRun === true,
      wantsJson: typed.json === true,
    })
  })
}

/** What --dry-run does, or undefined if the command does not take it. */
function dryRunOf(operation: AnyOperation): string | undefined {
  const { dryRun } = operation.command!
  const isChange = 'effect' in operation && operation.effect === 'change'
  return dryRun ?? (isChange ? 'show what would happen; changes nothing' : undefined)
}

const subjectOf = (operation: AnyOperation): string | undefined =>
  'subject' in operation ? { subscriber: '<email>', message: '<id>' }[operation.subject!] : undefined

function subjectInput(operation: AnyOperation, typed: unknown): object {
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
const usageOf = ({ command }: AnyOperation): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...command!.arguments, ...command!.options }).map(([field, usage]) => [
      field,
      usage![0].split(' ')[0]!,
    ]),
  )

/** Runs one command line such as `['subscribers', 'list', '--json']`. Returns the exit code. */
export async function runCommandLine(
  features: readonly Feature[],
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const { stdout, stderr } = terminal
  let exitCode = 0
  // Needed before commander has parsed the command line, and if it cannot.
  const wantsJson = args.includes('--json')
  // Of `--json subscribers list` and `help subscribers list`, too.
  const [noun, verb] = args.filter((arg) => !arg.startsWith('-') && arg !== 'help')
  const run = async (typed: TypedCommand) => {
    const { runTyped } = await import('./run-command.ts')
    const output = await runTyped(features, typed, terminal, (others) =>
      runCommandLine(features, others, terminal),
    )
    print(output, typed.wantsJson, stdout)
    exitCode = output.exitCode ?? 0
  }
  const program = await buildProgram(features, run, { noun, verb })
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

function print(output: CommandOutput, wantsJson: boolean, stdout: OutputStream): void {
  if (!output.isAlreadyPrinted) stdout.write(`${wantsJson ? jsonOf(output) : output.text}\n`)
}

const jsonOf = ({ json, isJsonLines }: CommandOutput): string =>
  isJsonLines && Array.isArray(json)
    ? json.map((value) => JSON.stringify(value)).join('\n')
    : JSON.stringify(json)

function reportError(thrown: unknown, wantsJson: boolean, stderr: OutputStream): number {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0
  const { code, exit, message } = outcomeOf(thrown)
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
