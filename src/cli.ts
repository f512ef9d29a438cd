import './core/small-heap.ts'
import { Command, CommanderError } from 'commander'
import { type Environment, readConfig, readEnvironment } from './config/config.ts'
import { wrapIfUnavailable } from './core/database/database.ts'
import { requireMigrated } from './core/database/migrations.ts'
import { buildDeps, type Deps } from './core/deps.ts'
import { errorText, Fault } from './core/errors.ts'
import { COMMAND_GROUPS } from './operator/commands/command-groups.ts'
import { type Cli, type CommandOutput, commandOf, invocationOf } from './operator/commands/command-line.ts'
import { requireSuppressionKey } from './subscribers/suppression-key.ts'

const FAILED = 1
const WRONG_USE = 2

// Needed before commander has parsed the command line, and if it cannot.
const wantsJson = process.argv.includes('--json')

const program = new Command('daily-papers')
  .description('Operator commands. Exit code 0: done, 1: failed, 2: wrong usage.')
  .exitOverride()
  .configureOutput({ outputError: (text, write) => void (wantsJson || write(text)) })

const commandLine: Cli = {
  action:
    (work) =>
    async (...args) => {
      const { deps, close } = await buildDeps(readConfig(quietOnTerminal(readEnvironment())))
      try {
        if (!isDatabaseCommand(args)) await requireReady(deps)
        print(await work({ ...deps, typed: invocationOf(commandOf(args)) }, ...args), args)
      } finally {
        await close()
      }
    },
  actionWithoutDeps:
    (work) =>
    async (...args) => {
      print(await work(readEnvironment(), ...args), args)
      await flushed()
      process.exit() // do not wait for connections that are still open
    },
}

/** On a terminal, log lines for each email would bury the output. */
const quietOnTerminal = (environment: Environment): Environment => ({
  ...environment,
  LOG_LEVEL: environment.LOG_LEVEL || (process.stderr.isTTY ? 'warn' : undefined),
})

const flushed = (): Promise<void> => new Promise((done) => process.stdout.write('', () => done()))

async function requireReady(deps: Deps): Promise<void> {
  await requireMigrated(deps.db)
  await requireSuppressionKey(deps)
}

const isDatabaseCommand = (args: unknown[]): boolean => commandOf(args).parent?.name() === 'db'

function print(output: CommandOutput, args: unknown[]): void {
  const { text, exitCode = 0, isAlreadyPrinted } = output
  const asked = commandOf(args).opts().json === true
  if (!isAlreadyPrinted) process.stdout.write(`${asked ? jsonOf(output) : text}\n`)
  process.exitCode = exitCode
}

const jsonOf = ({ json, isJsonLines }: CommandOutput): string =>
  isJsonLines && Array.isArray(json)
    ? json.map((value) => JSON.stringify(value)).join('\n')
    : JSON.stringify(json)

function reportError(thrown: unknown): number {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0
  const { code, exit, message } = outcomeOf(wrapIfUnavailable(thrown))
  // In text mode, commander has already printed its error.
  if (wantsJson) process.stderr.write(`${JSON.stringify({ error: code, message })}\n`)
  else if (!(thrown instanceof CommanderError)) process.stderr.write(`${message}\n`)
  return exit
}

function outcomeOf(error: unknown): { code: string; exit: number; message: string } {
  if (error instanceof Fault) return error
  if (error instanceof CommanderError)
    return { code: 'usage.wrong', exit: WRONG_USE, message: error.message.replace(/^error: /, '') }
  return { code: 'unexpected', exit: FAILED, message: errorText(error) }
}

for (const add of COMMAND_GROUPS) add(program, commandLine)
addJsonOption(program)

function addJsonOption(command: Command): void {
  for (const sub of command.commands) {
    if (sub.commands.length === 0) sub.option('--json', 'print one JSON value')
    addJsonOption(sub)
  }
}

program.parseAsync().catch((error) => {
  process.exitCode = reportError(error)
})
