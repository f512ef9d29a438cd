import { z } from 'zod'
import { errorText, Fault } from '../../core/errors.ts'
import { replayLog } from '../restore/replay-log.ts'
import { operation, readIn } from './operation.ts'

export const replay = operation({
  name: 'subscribers replay',
  summary:
    'after a restore: repeat unsubscribes, erasures and suppressions since the backup, from the service’s log',
  effect: 'change',
  input: z.object({ lines: z.array(z.string()) }),
  run: (deps, { lines }) => replayLog(deps, lines),
  output: ({ erased, suppressed, unsubscribed, known, unknown }) => ({
    text: `${erased} erased, ${suppressed} suppressed, ${unsubscribed} unsubscribed. ${known} had already left or came back; ${unknown} are erased or unknown here.`,
  }),
  command: {
    arguments: { lines: ['<log...>', 'log files; - reads standard input'] },
    readFiles: async ({ lines: logs }) => ({ lines: (await Promise.all(logs.map(linesOf))).flat() }),
  },
})

async function linesOf(log: string): Promise<string[]> {
  const bytes = await readIn(log).catch((error) => {
    throw new Fault('usage.wrong', { what: errorText(error) })
  })
  return bytes.toString().split('\n')
}
