import type { Command } from 'commander'
import type { Deps } from '../wiring.ts'

/** What a command has to say: `json` for programs, `text` for people. */
export interface Answer {
  json: unknown
  text: string
  /** 0 unless said otherwise. */
  exit?: number
}

/** What cli.ts gives to each noun. */
export interface CommandLine {
  /**
   * Makes an action of a command: opens Deps on a migrated database, works, prints the answer (as one JSON value
   * with --json) and closes. A Fault ends it with its message on stderr and its exit code.
   */
  action<Args extends unknown[]>(
    work: (deps: Deps, ...args: Args) => Promise<Answer>,
  ): (...args: Args) => Promise<void>
}

/** Every noun is a file that exports one of these. */
export type AddCommands = (program: Command, line: CommandLine) => void

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
