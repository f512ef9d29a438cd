import { type Environment, readConfig, readEnvironment } from '../config/config.ts'
import { wrapIfUnavailable } from '../core/database/database.ts'
import { requireMigrated } from '../core/database/migrations.ts'
import { buildDeps, type Deps } from '../core/deps.ts'
import type { Feature } from '../core/feature.ts'
import { openLog } from '../core/log.ts'
import { requireSuppressionKey } from '../subscribers/suppression-key.ts'
import {
  type CommandContext,
  type CommandOutput,
  DRY_RUN,
  type InputStream,
  type Operation,
  type OperationContext,
  type OutputStream,
} from './operations/operation.ts'
import type { AnyOperation } from './operations/operations.ts'
import { runOperation } from './operations/run-operation.ts'

// Not in command-line.ts, so that --help does not wait for the database, the queue and the settings.

/** What was typed: the fields of the operation's input, and how it is called. */
export interface TypedCommand {
  operation: AnyOperation
  input: Record<string, unknown>
  dryRun: boolean
  wantsJson: boolean
}

export interface Terminal {
  /** Default: that of this process. */
  environment?(): Environment
  /** Default: that of this process. */
  stdin?: InputStream
  stdout: OutputStream
  stderr: OutputStream
}

export async function runTyped(
  features: readonly Feature[],
  typed: TypedCommand,
  terminal: Terminal,
  run: CommandContext['run'],
): Promise<CommandOutput> {
  const { operation, input, dryRun } = typed
  const environment = (terminal.environment ?? readEnvironment)()
  if ('runWithoutDeps' in operation) {
    const { stdin = process.stdin, stdout } = terminal
    const context = { environment, features, dryRun, terminal: { stdin, stdout }, run }
    return operation.runWithoutDeps(context, input)
  }
  const config = readConfig(quietOnTerminal(environment, terminal.stderr), features)
  const { stderr } = terminal
  const log = stderr === process.stderr ? undefined : openLog(config.LOG_LEVEL, stderr)
  try {
    const { deps, close } = await buildDeps(config, { features, log, maxSilenceMs: 0 })
    try {
      if (!operation.beforeMigration) {
        await requireMigrated(deps.db)
        await requireSuppressionKey(deps)
      }
      return await runCommand(deps, operation, typed, terminal)
    } finally {
      await close()
    }
  } catch (error) {
    throw wrapIfUnavailable(error)
  }
}

/** On a terminal, log lines for each email would bury the output. */
const quietOnTerminal = (environment: Environment, stderr: OutputStream): Environment => ({
  ...environment,
  LOG_LEVEL: environment.LOG_LEVEL || (stderr.isTTY ? 'warn' : undefined),
})

export async function runCommand(
  deps: Deps,
  operation: Operation,
  { input, dryRun, wantsJson }: Omit<TypedCommand, 'operation'>,
  { stdout }: Pick<Terminal, 'stdout'>,
): Promise<CommandOutput> {
  const { output, effect, ownTransactions } = operation
  const read = (within: Deps, result: unknown, context: OperationContext): CommandOutput => ({
    json: result,
    ...(output?.(result, input, within, context) ?? { text: '' }),
  })
  const call = { via: 'command', input, context: { dryRun, wantsJson, stdout } } as const
  const { text, json, ...rest } = await runOperation(deps, operation, call, read)
  if (effect === 'read' || ownTransactions) return { text, json, ...rest }
  return {
    ...rest,
    json: { ...(json as object | undefined), dryRun },
    text: dryRun ? `${DRY_RUN}\n${text}` : text,
  }
}
