import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { errorText, Fault } from '../../core/errors.ts'
import { type ReplayCounts, replayLog } from '../restore/replay-log.ts'
import { operation } from './operation.ts'

const STDIN = 0

export const replay = operation({
  name: 'subscribers replay',
  summary:
    'after a restore: repeat unsubscribes, erasures and suppressions since the backup, from the service’s log',
  effect: 'change',
  input: z.object({ lines: z.array(z.string()) }),
  run: (deps, { lines }) => replayLog(deps, lines),
  output: (replayed) => ({ text: summaryOf(replayed) }),
  command: {
    arguments: { lines: ['<log...>', 'log files; - reads standard input'] },
    readFiles: async ({ lines: logs }) => ({ lines: logs.flatMap((log) => readLog(log).split('\n')) }),
  },
})

function readLog(log: string): string {
  try {
    return readFileSync(log === '-' ? STDIN : log, 'utf8')
  } catch (error) {
    throw new Fault('usage.wrong', { what: errorText(error) })
  }
}

const summaryOf = ({ erased, suppressed, unsubscribed, known, unknown }: ReplayCounts): string =>
  `${erased} erased, ${suppressed} suppressed, ${unsubscribed} unsubscribed. ${known} had already left or came back; ${unknown} are erased or unknown here.`
