import { type Command, InvalidArgumentError, Option } from 'commander'
import { BOUNCE_CLASSES } from '../../bounces/bounce.repo.ts'
import { type ListedBounce, newestBounces } from '../../bounces/bounce-list.repo.ts'
import { type BounceStatus, bounceStatus, type SpanCounts } from '../../bounces/bounce-text.ts'
import { readReports } from '../../bounces/read-reports.ts'
import { openReportReader } from '../../bounces/report-reader.ts'
import { recordAction } from '../../core/action.repo.ts'
import { DAY_MS } from '../../core/dates.ts'
import type { Log, LogFields } from '../../core/log.ts'
import { jsonOfReturn } from '../message-json.ts'
import { type Cli, formatMinute, table } from './command-line.ts'

const MAX_LISTED = 1000
const MAX_DAYS = 3650
const MAX_REPLY_LENGTH = 60

/** Commands that list, count and read reports. */
export function addBounceReportCommands(noun: Command, cli: Cli): void {
  addList(noun, cli)
  noun
    .command('status')
    .description('how reports reach this service, what is waiting, and what has arrived')
    .action(
      cli.action(async (deps) => {
        const status = await bounceStatus(deps)
        return { json: jsonOfStatus(status), text: textOfStatus(status) }
      }),
    )
  noun
    .command('read')
    .description('process waiting reports now, as a worker does')
    .action(
      cli.action(async (deps) => {
        const { db, clock } = deps
        const readEvents: LogFields[] = []
        const reader = openReportReader()
        try {
          const reports = await readReports({ ...deps, log: collectingLog(deps.log, readEvents), reader })
          if (reports > 0) await recordAction(db, { at: clock.now(), door: 'command', verb: 'bounces read' })
          return {
            json: { reports, returned: readEvents.map(jsonOfRead) },
            text: textOfRead(reports, readEvents),
          }
        } finally {
          await reader.close()
        }
      }),
    )
}

interface ListOptions {
  class?: string
  days?: number
}

function addList(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description(`what came back, newest first, up to ${MAX_LISTED}`)
    .addOption(new Option('--class <class>', 'only these').choices(BOUNCE_CLASSES))
    .option('--days <days>', 'only from the last so many days', daysFrom)
    .action(
      cli.action(async ({ db, clock }, { class: kind, days }: ListOptions) => {
        const from = days === undefined ? undefined : new Date(clock.now().getTime() - days * DAY_MS)
        const returns = await newestBounces(db, { class: kind, from, most: MAX_LISTED })
        return { json: returns.map(jsonOfReturn), text: textOfList(returns) }
      }),
    )
}

function daysFrom(text: string): number {
  const days = Number(text)
  if (/^\d{1,4}$/.test(text) && days >= 1 && days <= MAX_DAYS) return days
  throw new InvalidArgumentError(`Use a number from 1 to ${MAX_DAYS}.`)
}

function textOfList(returns: ListedBounce[]): string {
  if (returns.length === 0) return 'No bounces or complaints.'
  const rows = returns.map(({ at, class: kind, status, domain, done, messageId, subscriberId, answer }) => [
    formatMinute(at),
    kind,
    status,
    domain,
    done,
    messageId,
    subscriberId,
    answer.length > MAX_REPLY_LENGTH ? `${answer.slice(0, MAX_REPLY_LENGTH - 1)}…` : answer,
  ])
  const head = ['when (UTC)', 'class', 'code', 'domain', 'done', 'message', 'subscriber', 'said']
  const more = returns.length === MAX_LISTED ? [`These are the newest ${MAX_LISTED}.`] : []
  return [table(head, rows), ...more].join('\n')
}

const jsonOfStatus = ({ waiting, ways, day, week, ...status }: BounceStatus) => ({
  ...status,
  ways: ways.map(({ newest, ...way }) => ({ ...way, newest: newest?.toISOString() ?? null })),
  waiting: { reports: waiting.count, oldest: waiting.oldest?.toISOString() ?? null },
  day: jsonOfSpan(day),
  week: jsonOfSpan(week),
})

const jsonOfSpan = ({ classes, unreadable }: SpanCounts) => ({
  classes: Object.fromEntries(classes.map(({ class: kind, count }) => [kind, count])),
  unreadable,
})

function textOfStatus({ domain, ways, waiting, day, week }: BounceStatus): string {
  const { count, oldest } = waiting
  const waits = count === 0 ? 'none waiting' : `${count} waiting`
  return [
    domain ? `Bounce domain: ${domain}` : 'Bounce domain: none (BOUNCE_DOMAIN is not set)',
    `Enabled channels: ${ways.map(channelText).join('; ') || 'none'}`,
    `Reports: ${waits}${oldest ? `, the oldest since ${formatMinute(oldest)} UTC` : ''}`,
    '',
    table(['class', '24 hours', '7 days'], classRows(day, week)),
  ].join('\n')
}

const channelText = ({ way, setting, newest }: BounceStatus['ways'][number]): string =>
  `${way} (${setting}), ${newest ? `the last at ${formatMinute(newest)} UTC` : 'nothing received yet'}`

function classRows(day: SpanCounts, week: SpanCounts): (string | number)[][] {
  const ofDay = new Map(day.classes.map(({ class: kind, count }) => [kind, count]))
  const rows = week.classes.map(({ class: kind, count }) => [kind, ofDay.get(kind) ?? 0, count])
  return [...rows, ['unreadable reports', day.unreadable, week.unreadable]]
}

/** A log that also collects the entries about reports. */
const collectingLog = (log: Log, readEvents: LogFields[]): Log => ({
  ...log,
  info: (event, fields) => {
    if (event === 'report.read' && fields) readEvents.push(fields)
    log.info(event, fields)
  },
})

const jsonOfRead = ({ report, way, class: kind, status, done, foundBy, message, subscriber }: LogFields) => ({
  report,
  way,
  class: kind,
  status,
  done,
  foundBy,
  message,
  subscriber,
})

function textOfRead(reports: number, readEvents: LogFields[]): string {
  if (reports === 0) return 'Nothing was waiting.'
  const rows = readEvents.map(({ report, way, class: kind, status, done, message, subscriber }) =>
    [report, way, kind, status, done, message, subscriber].map((cell) =>
      cell == null ? null : String(cell),
    ),
  )
  return [
    `${reports} processed.`,
    table(['report', 'way', 'class', 'code', 'done', 'message', 'subscriber'], rows),
  ].join('\n')
}
