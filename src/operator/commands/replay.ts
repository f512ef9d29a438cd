import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { Fault, textOf } from '../../core/errors.ts'
import { type Replayed, replayLog } from '../restore/replay-log.ts'
import type { CommandLine } from './command-line.ts'
import { change } from './subscriber-answers.ts'

const STDIN = 0

export function addReplay(noun: Command, line: CommandLine): void {
  noun
    .command('replay')
    .description(
      'after a restore: repeat unsubscribes, erasures and suppressions since the backup, from the service’s log',
    )
    .argument('<log...>', 'log files; - reads standard input')
    .option('--dry-run', 'show what would happen; changes nothing')
    .action(
      line.action((deps, logs: string[], { dryRun }: { dryRun?: boolean }) => {
        const lines = logs.flatMap((log) => read(log).split('\n'))
        return change(deps, { dryRun }, async (tried) => {
          const replayed = await replayLog(tried, lines)
          return { json: replayed, text: sentenceOf(replayed) }
        })
      }),
    )
}

function read(log: string): string {
  try {
    return readFileSync(log === '-' ? STDIN : log, 'utf8')
  } catch (error) {
    throw new Fault('usage.wrong', { what: textOf(error) })
  }
}

const sentenceOf = ({ erased, suppressed, unsubscribed, known, unknown }: Replayed): string =>
  `${erased} erased, ${suppressed} suppressed, ${unsubscribed} unsubscribed. ${known} had already left or came back; ${unknown} are erased or unknown here.`
