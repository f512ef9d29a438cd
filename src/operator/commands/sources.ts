import { Fault } from '../../core/errors.ts'
import { MAX_DAYS_BACK } from '../../sources/source-day-state.ts'
import { type SourceDayStatus, type SourceStatus, sourceStatus } from '../source-status.ts'
import { rejectedPapersText, sourceFaultText, sourceReasonText, sourceStateText } from '../source-text.ts'
import { type AddCommands, formatMinute, table } from './command-line.ts'

const DAYS = 7

export const addSourceCommands: AddCommands = (program, line) => {
  program
    .command('sources')
    .description('where papers come from')
    .command('status')
    .description('each source: its state today and its days (UTC)')
    .option('--days <days>', `how many days, 1 to ${MAX_DAYS_BACK}; default: ${DAYS}`)
    .action(
      line.action(async (deps, { days }: { days?: string }) => {
        const found = await sourceStatus(deps, { days: daysFrom(days) })
        return { json: found, text: found.map((source) => textOf(source, deps.clock.now())).join('\n\n') }
      }),
    )
}

function daysFrom(text: string | undefined): number {
  if (text === undefined) return DAYS
  const days = Number(text)
  if (/^\d{1,2}$/.test(text) && days >= 1 && days <= MAX_DAYS_BACK) return days
  throw new Fault('usage.wrong', { what: `--days "${text}": use a number from 1 to ${MAX_DAYS_BACK}` })
}

function textOf({ source, state, reason, newestFetch, nextTry, days }: SourceStatus, now: Date): string {
  const read = newestFetch
    ? `Papers last fetched ${formatMinute(newestFetch)} UTC.`
    : 'Papers were never fetched.'
  const next = nextTry
    ? `Next try ${nextTry <= now ? 'within a minute' : `${formatMinute(nextTry)} UTC`}.`
    : 'No day is open.'
  return [
    `${source}: ${state} today${reason ? ` (${sourceReasonText(reason)})` : ''}`,
    `${read} ${next}`,
    ...(days.length > 0 ? daysText(days) : ['No data for these days.']),
  ].join('\n')
}

/** One line per day, and below it what failed in its last successful fetch and since. */
function daysText(days: readonly SourceDayStatus[]): string[] {
  const head = ['day', 'state', 'papers', 'fetched', 'asked', 'then']
  const rows = days.map((day) => [
    day.day,
    sourceStateText(day),
    day.late > 0 ? `${day.papers} (${day.late} late)` : day.papers,
    day.fetchedAt && shortOf(day.fetchedAt),
    day.requests,
    nextStep(day),
  ])
  const [first = '', ...lines] = table(head, rows).split('\n')
  return [first, ...lines.flatMap((line, n) => [line, ...faultLines(days[n]!)])]
}

/** "11-24 08:00" */
const shortOf = (instant: Date): string => formatMinute(instant).slice(5)

function nextStep({ closedAt, nextTry }: SourceDayStatus): string {
  if (closedAt) return `closed ${shortOf(closedAt)}`
  return nextTry ? `next ${shortOf(nextTry)}` : ''
}

function faultLines({ failures, lastFault, lastStatus, rejected }: SourceDayStatus): string[] {
  const times = failures > 1 ? `, ${failures} times` : ''
  const fault = lastFault ? `${sourceFaultText(lastFault, lastStatus)}${times}` : ''
  return [rejectedPapersText(rejected), fault].filter(Boolean).map((line) => `            ${line}`)
}
