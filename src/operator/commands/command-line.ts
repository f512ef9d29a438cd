import { type Command, InvalidArgumentError } from 'commander'
import type { Environment } from '../../config/config.ts'
import type { Deps } from '../../core/deps.ts'

/** Output of a command: `json` for programs, `text` for people. */
export interface CommandOutput {
  json: unknown
  text: string
  /** Default 0. */
  exitCode?: number
  /** `json` is a list; print each value on a line of its own. */
  isJsonLines?: boolean
  /** The command has already printed its output, because it is too large for one string. */
  isAlreadyPrinted?: boolean
}

/** The stored part of a command line. */
export interface Invocation {
  /** "subscribers pause" */
  verb: string
  /** The subject, if the command takes an address. */
  email?: string
  /** The subject, if the command takes an id. */
  id?: string
}

export type CommandDeps = Deps & { typed: Invocation }

/** commander passes the Command as the last argument of an action. */
export const commandOf = (args: unknown[]): Command => args.at(-1) as Command

export function invocationOf(command: Command): Invocation {
  const place = (name: string) => command.registeredArguments.findIndex((one) => one.name() === name)
  const verb = `${command.parent?.name()} ${command.name()}`
  return { verb, email: command.args[place('email')], id: command.args[place('id')] }
}

/** What cli.ts passes to each command group. */
export interface Cli {
  /**
   * Makes the action of a command: opens Deps on a migrated database, runs, prints the output (one JSON value with
   * --json) and closes. A Fault ends it with its message on stderr and its exit code.
   */
  action<Args extends unknown[]>(
    work: (deps: CommandDeps, ...args: Args) => Promise<CommandOutput>,
  ): (...args: Args) => Promise<void>
  /**
   * The same for commands that must work when nothing else does: without Deps, and with settings that may be invalid.
   */
  actionWithoutDeps<Args extends unknown[]>(
    work: (environment: Environment, ...args: Args) => Promise<CommandOutput>,
  ): (...args: Args) => Promise<void>
}

/** The value of --consent. It is stored as a record, so it must not be empty. */
export function parseConsent(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Say how they agreed, in words.')
  return text.trim()
}

/** Each command group is a file that exports one of these. */
export type AddCommands = (program: Command, cli: Cli) => void

/** A plain table for the terminal; each column is as wide as its longest cell. */
export function table(head: string[], rows: (string | number | null)[][]): string {
  const cells = [head, ...rows.map((row) => row.map((cell) => String(cell ?? '')))]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** "2026-11-24 08:00", in UTC */
export const formatMinute = (instant: Date): string => instant.toISOString().slice(0, 16).replace('T', ' ')
