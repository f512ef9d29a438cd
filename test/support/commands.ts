import { Command } from 'commander'
import type { Deps } from '../../src/core/deps.ts'
import {
  type AddCommands,
  type CommandOutput,
  commandOf,
  invocationOf,
} from '../../src/operator/commands/command-line.ts'

/**
 * Runs an operator's command in this process and returns its answer: what cli.ts adds (wiring, printing, exit codes)
 * is left out. Rejects with the command's Fault, or with commander's error for wrong use.
 */
export async function runCommand(add: AddCommands, deps: Deps, args: string[]): Promise<CommandOutput> {
  let answer: CommandOutput | undefined
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} })
  add(program, {
    action:
      (work) =>
      async (...given) => {
        answer = await work({ ...deps, typed: invocationOf(commandOf(given)) }, ...given)
      },
    actionWithoutDeps: () => () => Promise.reject(new Error('runs only as a program of its own: runCli')),
  })
  await program.parseAsync(args, { from: 'user' })
  return answer!
}
