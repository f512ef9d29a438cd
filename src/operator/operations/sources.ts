import { z } from 'zod'
import { MAX_DAYS_BACK } from '../../sources/source-day-state.ts'
import {
  rejectedPapersText,
  type SourceDayStatus,
  type SourceStatus,
  sourceFaultText,
  sourceQuery,
  sourceReasonText,
  sourceStateText,
  sourceStatus,
  sources,
} from '../source-status.ts'
import { wholeNumber } from './fields.ts'
import { operation } from './operation.ts'
import { formatMinute, table } from './text-table.ts'

const DAYS = 7

const status = operation({
  name: 'sources status',
  summary: 'each source: its state today and its days (UTC)',
  effect: 'read',
  input: z.object({ days: wholeNumber(MAX_DAYS_BACK).default(DAYS) }),
  run: sourceStatus,
  output: (found, _input, { clock }) => ({
    text: found.map((source) => textOf(source, clock.now())).join('\n\n'),
  }),
  command: {
    options: { days: ['--days <days>', `how many days, 1 to ${MAX_DAYS_BACK}`] },
  },
  api: {
    path: '/api/sources',
    operationId: 'listSources',
    tag: 'operation',
    summary: 'The sources and their days',
    input: sourceQuery,
    response: sources,
    body: (_deps, found) => ({ items: found }),
  },
})

export const SOURCE_OPERATIONS = [status]

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
