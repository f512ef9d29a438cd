import { Command, CommanderError } from 'commander'
import type { AddCommands, Answer, CommandLine } from './commands/command-line.ts'
import { addDatabaseCommands } from './commands/database.ts'
import { addDeliveryCommands } from './commands/delivery.ts'
import { addDigestCommands } from './commands/digests.ts'
import { addMessageCommands } from './commands/messages.ts'
import { addPaperCommands } from './commands/papers.ts'
import { addQueryCommands } from './commands/queries.ts'
import { addSubscriberCommands } from './commands/subscribers.ts'
import { addTopicCommands } from './commands/topics.ts'
import { readConfig, readEnvironment } from './config.ts'
import { Fault, textOf } from './platform/errors.ts'
import { requireMigrated } from './platform/migrations.ts'
import { type Deps, wire } from './wiring.ts'

const NOUNS: AddCommands[] = [
  addDatabaseCommands,
  addPaperCommands,
  addQueryCommands,
  addSubscriberCommands,
  addTopicCommands,
  addDigestCommands,
  addMessageCommands,
  addDeliveryCommands,
]

const FAILED = 1
const WRONG_USE = 2

const program = new Command('daily-papers')
  .description("The operator's commands. Exit code 0: done, 1: failed, 2: wrong use.")
  .exitOverride()

const line: CommandLine = {
  action:
    (work) =>
    async (...args) => {
      const { deps, close } = await wire(readConfig(readEnvironment()))
      try {
        if (!isDatabaseCommand(args)) await requireMigrated(deps.db)
        print(await work(deps as Deps, ...args), args)
      } finally {
        await close()
      }
    },
}

/** commander hands every action its Command last. */
const commandOf = (args: unknown[]): Command => args.at(-1) as Command

const isDatabaseCommand = (args: unknown[]): boolean => commandOf(args).parent?.name() === 'db'

function print({ json, text, exit = 0 }: Answer, args: unknown[]): void {
  const wantsJson = commandOf(args).opts().json === true
  process.stdout.write(`${wantsJson ? JSON.stringify(json) : text}\n`)
  process.exitCode = exit
}

function end(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USE
  const fault = error instanceof Fault ? error : undefined
  const wantsJson = process.argv.includes('--json')
  const message = fault?.message ?? textOf(error)
  process.stderr.write(
    wantsJson ? `${JSON.stringify({ error: fault?.code ?? 'unexpected', message })}\n` : `${message}\n`,
  )
  return fault?.exit ?? FAILED
}

for (const add of NOUNS) add(program, line)
addJsonOption(program)

function addJsonOption(command: Command): void {
  for (const sub of command.commands) {
    if (sub.commands.length === 0) sub.option('--json', 'print one JSON value')
    addJsonOption(sub)
  }
}

program.parseAsync().catch((error) => {
  process.exitCode = end(error)
})
