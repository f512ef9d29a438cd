import { Writable } from 'node:stream'
import type { Deps } from '../../src/core/deps.ts'
import { FEATURES } from '../../src/features/index.ts'
import { buildProgram, runCommandLine } from '../../src/operator/command-line.ts'
import type { CommandOutput } from '../../src/operator/operations/operation.ts'
import { runCommand as runTyped } from '../../src/operator/run-command.ts'
import type { Finished } from './processes.ts'

/**
 * The operator's command line in this process: runCli(['papers', 'list'], { DATABASE_URL }). Starting Node takes a
 * hundred times longer than most commands. It sees only these settings.
 */
export async function runCli(args: string[], settings: Record<string, string> = {}): Promise<Finished> {
  const [stdout, stderr] = [collector(), collector()]
  const environment = () => ({ LOG_LEVEL: 'error', ...settings })
  const code = await runCommandLine(FEATURES, args, {
    environment,
    stdout: stdout.stream,
    stderr: stderr.stream,
  })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

function collector(): { stream: Writable; text(): string } {
  const pieces: Buffer[] = []
  const stream = new Writable({
    write(piece, _encoding, done) {
      pieces.push(piece)
      done()
    },
  })
  return { stream, text: () => Buffer.concat(pieces).toString() }
}

/**
 * Runs an operator's command in this process and returns its output, with JSON as it is printed. Rejects with the command's
 * Fault, or with commander's error for wrong use.
 */
export async function runCommand(deps: Deps, args: string[]): Promise<CommandOutput> {
  let output: CommandOutput | undefined
  const program = await buildProgram(FEATURES, async (typed) => {
    if ('runWithoutDeps' in typed.operation) throw new Error('runs without Deps')
    output = await runTyped(deps, typed.operation, typed, process)
  })
  const silence = (command: typeof program): void => {
    command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} })
    command.commands.forEach(silence)
  }
  silence(program)
  await program.parseAsync(args, { from: 'user' })
  const { json } = output!
  return { ...output!, ...(json !== undefined && { json: JSON.parse(JSON.stringify(json)) }) }
}
