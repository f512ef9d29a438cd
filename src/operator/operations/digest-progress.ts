import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from '../../core/clock.ts'
import type { Day } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { dayTotals } from '../../digests/reconciliation.repo.ts'
import type { DayTotals } from '../../digests/reconciliation.ts'
import { weekdayDateWithYear } from '../../i18n/dates.ts'
import { type DeliverySwitch, deliverySwitch } from '../delivery-switch.ts'
import type { OutputStream } from './operation.ts'
import { fillLines, formatMinute } from './text-table.ts'

/** Number of finished messages at an instant of the stopwatch, in milliseconds. */
interface ProgressSample {
  at: number
  done: number
}

export interface ProgressFrame {
  dayTotals: DayTotals
  delivery: Pick<DeliverySwitch, 'delivery' | 'since' | 'reason'>
  /** Recent samples, oldest first; at least one. */
  samples: readonly ProgressSample[]
  now: Date
  /** Width of the terminal. */
  columns: number
}

const REFRESH_MS = 1000
/** The displayed rate covers the last half minute. */
const MAX_SAMPLES = 30
const COLUMNS = 80

const HIDE_CURSOR = '\x1b[?25l'
const SHOW_CURSOR = '\x1b[?25h'

/** Draws the day totals of a date on a terminal every second, until the date is closed or `signal` aborts. */
export async function watchDigests(
  deps: Deps,
  { date, terminal, signal }: { date: Day; terminal: OutputStream; signal: AbortSignal },
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
      const upAndClear = drawn > 0 ? `\x1b[${drawn}A\x1b[0J` : ''
      terminal.write(`${upAndClear}${lines.join('\n')}\n`)
      drawn = lines.length
      if (totals.closed || signal.aborted) return totals
      await sleep(REFRESH_MS, undefined, { signal }).catch(() => {})
      if (signal.aborted) return totals
    }
  } finally {
    terminal.write(SHOW_CURSOR)
  }
}

const finishedCount = ({ planned, open }: DayTotals): number => planned - open

/** The progress display for a date. No line is wider than the terminal, and none wraps. */
export function frameLines(frame: ProgressFrame): string[] {
  const { dayTotals, now, columns } = frame
  const { date, due, closed, planned, nothingMatched, paused, missed } = dayTotals
  const { accepted, refused, gaveUp, skipped, uncertain, open } = dayTotals
  const filled = planned + nothingMatched + paused + missed
  const time = now.toISOString().slice(11, 19)
  const lines = [
    `Digests of ${weekdayDateWithYear(date)}, ${closed ? 'complete' : 'not complete'}, ${time} UTC`,
    ...(due === 0 ? ['Nothing is due on this date yet.'] : []),
    ...bar('Planned', filled, due, columns),
    ...bar('Mailed', finishedCount(dayTotals), planned, columns),
    ...rateLine(frame),
    ...deliveryLine(frame),
    ...fillLines(named({ accepted, refused, 'gave up': gaveUp, skipped, uncertain, open }), columns, '  '),
    ...fillLines(named({ 'nothing matched': nothingMatched, paused, missed }), columns, '  '),
    closed ? 'Every email has a final result.' : 'Ctrl-C only stops watching.',
  ]
  return lines.map((line) => (line.length > columns ? `${line.slice(0, Math.max(0, columns - 1))}…` : line))
}

const LABEL = 9
const MAX_BAR = 40
const MIN_BAR = 5

/** "Mailed   [####----]  40 % (204 of 512)"; [] if there is nothing to do. */
function bar(label: string, done: number, all: number, columns: number): string[] {
  if (all === 0) return []
  const figures = `  ${Math.floor((100 * done) / all)} % (${done} of ${all})`
  const room = Math.min(MAX_BAR, columns - LABEL - figures.length - 2)
  const full = Math.floor((room * done) / all)
  const drawn = room < MIN_BAR ? '' : `[${'#'.repeat(full)}${'-'.repeat(room - full)}]`
  return [`${label.padEnd(LABEL)}${drawn}${drawn ? figures : figures.trim()}`]
}

/** "17 a second, 18 s left"; [] if nothing was sent lately, or sending is paused. */
function rateLine({ dayTotals, delivery, samples }: ProgressFrame): string[] {
  const [first, last] = [samples[0]!, samples.at(-1)!]
  const perSecond = (1000 * (last.done - first.done)) / (last.at - first.at)
  if (delivery.delivery !== 'on' || dayTotals.open === 0 || !(perSecond > 0)) return []
  const rate = perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond))
  return [`${' '.repeat(LABEL)}${rate} a second, ${span(dayTotals.open / perSecond)} left`]
}

/** "18 s", "4 min", "2 h 10 min" */
function span(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

function deliveryLine({ delivery: { delivery, since, reason } }: ProgressFrame): string[] {
  if (delivery === 'on') return []
  if (delivery === 'off') return ['Nothing is sent: SENDING=off.']
  return [`Delivery is paused${since ? ` since ${formatMinute(since)} UTC` : ''}: ${reason}`]
}

const named = (counts: Record<string, number>): string[] =>
  Object.entries(counts).map(([name, count]) => `${name} ${count}`)
