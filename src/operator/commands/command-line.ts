import { type Command, InvalidArgumentError } from 'commander'
import type { Environment } from '../../config/config.ts'
import type { Deps } from '../../core/deps.ts'

/** What a command has to say: `json` for programs, `text` for people. */
export interface CommandOutput {
  json: unknown
  text: string
  /** 0 unless said otherwise. */
  exitCode?: number
  /** `json` is a list, of which each value is a line of its own. */
  isJsonLines?: boolean
  /** It stands on the terminal already, where it is too much for one piece. */
  isAlreadyPrinted?: boolean
}

/** What was typed, as far as it is kept. */
export interface Invocation {
  /** "subscribers pause" */
  verb: string
  /** Whom it is about, where it takes an address. */
  email?: string
  /** What it is about, where it takes an id. */
  id?: string
}

export type CommandDeps = Deps & { typed: Invocation }

/** commander hands every action its Command last. */
export const commandOf = (args: unknown[]): Command => args.at(-1) as Command

export function invocationOf(command: Command): Invocation {
  const place = (name: string) => command.registeredArguments.findIndex((one) => one.name() === name)
  const verb = `${command.parent?.name()} ${command.name()}`
  return { verb, email: command.args[place('email')], id: command.args[place('id')] }
}

/** What cli.ts gives to each noun. */
export interface Cli {
  /**
   * Makes an action of a command: opens Deps on a migrated database, works, prints the answer (as one JSON value
   * with --json) and closes. A Fault ends it with its message on stderr and its exit code.
   */
  action<Args extends unknown[]>(
    work: (deps: CommandDeps, ...args: Args) => Promise<CommandOutput>,
  ): (...args: Args) => Promise<void>
  /** The same for what must work where nothing else does: without Deps, and with settings that may be wrong. */
  actionWithoutDeps<Args extends unknown[]>(
    work: (environment: Environment, ...args: Args) => Promise<CommandOutput>,
  ): (...args: Args) => Promise<void>
}

/** Of --consent: it is written down, so it says something. */
export function parseConsent(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Say how they agreed, in words.')
  return text.trim()
}

/** Every noun is a file that exports one of these. */
export type AddCommands = (program: Command, line: Cli) => void

/** A plain table for the terminal: columns as wide as their longest cell. */
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
