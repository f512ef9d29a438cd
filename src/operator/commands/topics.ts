import { readFile, writeFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import type { Command } from 'commander'
import {
  addTopicsByOperator,
  importTopicsByOperator,
  removeTopicByOperator,
} from '../../account/change-by-operator.ts'
import { showSubscriber } from '../../account/show-subscriber.ts'
import { Fault } from '../../core/errors.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'
import { formatTopicsText } from '../../subscribers/topics-text.ts'
import type { AddCommands, Cli } from './command-line.ts'
import { runCommandChange, textOfTopics } from './subscriber-output.ts'

const DRY_RUN = ['--dry-run', 'show what would happen; changes nothing'] as const

interface DryRun {
  dryRun?: boolean
}

export const addTopicCommands: AddCommands = (program, cli) => {
  const noun = program.command('topics').description("a subscriber's topics")
  noun
    .command('list')
    .argument('<email>')
    .action(
      cli.action(async (deps, email: string) => {
        const { topics } = await showSubscriber(deps, { email })
        return { json: topics, text: textOfTopics(topics).join('\n') }
      }),
    )
  noun
    .command('add')
    .argument('<email>')
    .argument('<query>')
    .option(...DRY_RUN)
    .action(
      cli.action((deps, email: string, text: string, options: DryRun) =>
        runCommandChange(deps, options, async (txDeps) => {
          const topics = await addTopicsByOperator(txDeps, { email, text })
          return { json: { topics }, text: textOfTopics(topics).join('\n') }
        }),
      ),
    )
  noun
    .command('remove')
    .argument('<email>')
    .argument('<query>', 'the query, or the name, of one topic')
    .option(...DRY_RUN)
    .action(
      cli.action((deps, email: string, text: string, options: DryRun) =>
        runCommandChange(deps, options, async (txDeps) => {
          const topics = await removeTopicByOperator(txDeps, { email, text })
          return { json: { topics }, text: textOfTopics(topics).join('\n') }
        }),
      ),
    )
  addExport(noun, cli)
  addImport(noun, cli)
}

function addExport(noun: Command, cli: Cli): void {
  noun
    .command('export')
    .description('export as a text file, for topics import')
    .argument('<email>')
    .option('--out <file>', 'output file; default: the terminal')
    .action(
      cli.action(async (deps, email: string, { out }: { out?: string }) => {
        const { topics } = await showSubscriber(deps, { email })
        const text = formatTopicsText(topics)
        if (out === undefined) return { json: topics, text: text.trimEnd() }
        await write(out, text)
        return { json: { file: out, topics: topics.length }, text: `${topics.length} topics to ${out}.` }
      }),
    )
}

function addImport(noun: Command, cli: Cli): void {
  noun
    .command('import')
    .description('add new topics from a text file, one query per line')
    .argument('<email>')
    .argument('<file>', 'or - for standard input')
    .option(...DRY_RUN)
    .action(
      cli.action(async (deps, email: string, file: string, options: DryRun) => {
        const text = await textIn(file)
        return runCommandChange(deps, options, async (txDeps) => {
          const { topics, added } = await importTopicsByOperator(txDeps, { email, text })
          return { json: { topics, added }, text: textOfImported(topics, added) }
        })
      }),
    )
}

const textOfImported = (topics: TopicText[], added: TopicText[]): string =>
  [`${added.length} added.`, ...textOfTopics(topics)].join('\n')

const MAX_KILOBYTES = 256

/** Throws topics.no-file. */
async function textIn(file: string): Promise<string> {
  const refuse = (why: string) => new Fault('topics.no-file', { file, why, most: MAX_KILOBYTES })
  const bytes = await (file === '-' ? buffer(process.stdin) : readFile(file)).catch(({ code }) => {
    throw refuse(code)
  })
  if (bytes.length > MAX_KILOBYTES * 1024) throw refuse('too large')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw refuse('not UTF-8')
  }
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 }).catch(({ code }) => {
    throw new Fault('usage.wrong', { what: `--out "${file}": cannot be written (${code})` })
  })
}
