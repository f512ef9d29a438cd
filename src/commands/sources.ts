import { type SourceDayStatus, type SourceStatus, sourceStatus } from '../flows/operator/source-status.ts'
import { faultText } from '../flows/operator/source-words.ts'
import { Fault } from '../platform/errors.ts'
import { MOST_DAYS_BACK } from '../sources/calendar.ts'
import { type AddCommands, minuteOf, table } from './command-line.ts'

const DAYS = 7

export const addSourceCommands: AddCommands = (program, line) => {
  program
    .command('sources')
    .description('where papers come from')
    .command('status')
    .description('of each source: how it stands today, and what came of each day (UTC)')
    .option('--days <days>', `how many days, 1 to ${MOST_DAYS_BACK}; ${DAYS} unless given`)
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
  if (/^\d{1,2}$/.test(text) && days >= 1 && days <= MOST_DAYS_BACK) return days
  throw new Fault('usage.wrong', { what: `--days "${text}": takes a number from 1 to ${MOST_DAYS_BACK}` })
}

function textOf({ source, state, newestFetch, nextTry, days }: SourceStatus, now: Date): string {
  const read = newestFetch ? `Papers last read ${minuteOf(newestFetch)} UTC.` : 'Papers were never read.'
  const next = nextTry
    ? `Next try ${nextTry <= now ? 'with the next tick' : `${minuteOf(nextTry)} UTC`}.`
    : 'No day is open.'
  const rows = days.map((day) => [
    day.day,
    day.state,
    day.papers,
    day.fetchedAt && shortOf(day.fetchedAt),
    day.closedAt ? `closed ${shortOf(day.closedAt)}` : lastAnswer(day),
  ])
  const head = ['day', 'state', 'papers', 'read (UTC)', 'last answer']
  return [
    `${source}: ${state} today`,
    `${read} ${next}`,
    ...(rows.length > 0 ? [table(head, rows)] : ['Nothing is known of these days.']),
  ].join('\n')
}

/** "11-24 08:00" */
const shortOf = (instant: Date): string => minuteOf(instant).slice(5)

function lastAnswer({ failures, lastFault, lastStatus }: SourceDayStatus): string {
  if (!lastFault) return lastStatus ? `good (${lastStatus})` : ''
  const times = failures > 1 ? `, ${failures} times` : ''
  return `${faultText(lastFault, lastStatus)}${times}`
}
