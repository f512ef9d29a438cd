import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { errorText, Fault } from '../../core/errors.ts'
import { type ReplayCounts, replayLog } from '../restore/replay-log.ts'
import type { Cli } from './command-line.ts'
import { runCommandChange } from './subscriber-output.ts'

const STDIN = 0

export function addReplay(noun: Command, cli: Cli): void {
  noun
    .command('replay')
    .description(
      'after a restore: repeat unsubscribes, erasures and suppressions since the backup, from the service’s log',
    )
    .argument('<log...>', 'log files; - reads standard input')
    .option('--dry-run', 'show what would happen; changes nothing')
    .action(
      cli.action((deps, logs: string[], { dryRun }: { dryRun?: boolean }) => {
        const lines = logs.flatMap((log) => readLog(log).split('\n'))
        return runCommandChange(deps, { dryRun }, async (txDeps) => {
          const replayed = await replayLog(txDeps, lines)
          return { json: replayed, text: summaryOf(replayed) }
        })
      }),
    )
}

function readLog(log: string): string {
  try {
    return readFileSync(log === '-' ? STDIN : log, 'utf8')
  } catch (error) {
    throw new Fault('usage.wrong', { what: errorText(error) })
  }
}

const summaryOf = ({ erased, suppressed, unsubscribed, known, unknown }: ReplayCounts): string =>
  `${erased} erased, ${suppressed} suppressed, ${unsubscribed} unsubscribed. ${known} had already left or came back; ${unknown} are erased or unknown here.`
