import { setTimeout as sleep } from 'node:timers/promises'
import type { WriteStream } from 'node:tty'
import { monotonicMs } from '../../core/clock.ts'
import type { Day } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { dayTotals } from '../../digests/reconciliation.repo.ts'
import type { DayTotals } from '../../digests/reconciliation.ts'
import { deliverySwitch } from '../delivery-switch.ts'
import { finishedCount, frameLines, type ProgressSample } from './digest-progress.ts'

const REFRESH_MS = 1000
/** The displayed rate covers the last half minute. */
const MAX_SAMPLES = 30
const COLUMNS = 80

const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'
const upAndClear = (lines: number): string => (lines > 0 ? `\x1b[${lines}A\x1b[0J` : '')

/** Draws the day totals of a date on a terminal every second, until the date is closed or `signal` aborts. */
export async function watchDigests(
  deps: Deps,
  { date, terminal, signal }: { date: Day; terminal: WriteStream; signal: AbortSignal },
): Promise<DayTotals> {
  const samples: ProgressSample[] = []
  let drawn = 0
  terminal.write(HIDE_CURSOR)
  try {
    for (;;) {
      const totals = await dayTotals(deps.db, date)
      samples.push({ at: monotonicMs(), done: finishedCount(totals) })
      if (samples.length > MAX_SAMPLES) samples.shift()
      const columns = terminal.columns || COLUMNS
      const delivery = await deliverySwitch(deps)
      const lines = frameLines({ dayTotals: totals, delivery, samples, now: deps.clock.now(), columns })
      terminal.write(`${upAndClear(drawn)}${lines.join('\n')}\n`)
      drawn = lines.length
      if (totals.closed || signal.aborted) return totals
      await sleep(REFRESH_MS, undefined, { signal }).catch(() => {})
      if (signal.aborted) return totals
    }
  } finally {
    terminal.write(SHOW_CURSOR)
  }
}
