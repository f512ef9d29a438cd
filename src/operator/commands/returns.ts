import { type Command, InvalidArgumentError, Option } from 'commander'
import { readReports } from '../../bounces/read-reports.ts'
import { openReportReader } from '../../bounces/report-reader.ts'
import { type ReturnStatus, returnStatus, type SpanCounts } from '../../bounces/return-status.ts'
import { RETURN_CLASSES } from '../../bounces/returned.repo.ts'
import { type ListedReturn, newestReturns } from '../../bounces/returned-list.repo.ts'
import { recordAction } from '../../core/action.repo.ts'
import { DAY_MS } from '../../core/dates.ts'
import type { Log, LogFields } from '../../core/log.ts'
import { jsonOfReturn } from '../message-json.ts'
import { type CommandLine, minuteOf, table } from './command-line.ts'

const MOST = 1000
const MAX_DAYS = 3650
const MAX_REPLY_LENGTH = 60

/** What came back: listed, counted and read. */
export function addReturnCommands(noun: Command, line: CommandLine): void {
  addList(noun, line)
  noun
    .command('status')
    .description('how reports reach this service, what is waiting, and what has arrived')
    .action(
      line.action(async (deps) => {
        const status = await returnStatus(deps)
        return { json: jsonOfStatus(status), text: textOfStatus(status) }
      }),
    )
  noun
    .command('read')
    .description('process waiting reports now, as a worker does')
    .action(
      line.action(async (deps) => {
        const { db, clock } = deps
        const seen: LogFields[] = []
        const reader = openReportReader()
        try {
          const reports = await readReports({ ...deps, log: noting(deps.log, seen), reader })
          if (reports > 0) await recordAction(db, { at: clock.now(), door: 'command', verb: 'bounces read' })
          return { json: { reports, returned: seen.map(jsonOfRead) }, text: textOfRead(reports, seen) }
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

function addList(noun: Command, line: CommandLine): void {
  noun
    .command('list')
    .description(`what came back, newest first, up to ${MOST}`)
    .addOption(new Option('--class <class>', 'only these').choices(RETURN_CLASSES))
    .option('--days <days>', 'only from the last so many days', daysFrom)
    .action(
      line.action(async ({ db, clock }, { class: kind, days }: ListOptions) => {
        const from = days === undefined ? undefined : new Date(clock.now().getTime() - days * DAY_MS)
        const returns = await newestReturns(db, { class: kind, from, most: MOST })
        return { json: returns.map(jsonOfReturn), text: textOfList(returns) }
      }),
    )
}

function daysFrom(text: string): number {
  const days = Number(text)
  if (/^\d{1,4}$/.test(text) && days >= 1 && days <= MAX_DAYS) return days
  throw new InvalidArgumentError(`Use a number from 1 to ${MAX_DAYS}.`)
}

function textOfList(returns: ListedReturn[]): string {
  if (returns.length === 0) return 'No bounces or complaints.'
  const rows = returns.map(({ at, class: kind, status, domain, done, messageId, subscriberId, answer }) => [
    minuteOf(at),
    kind,
    status,
    domain,
    done,
    messageId,
    subscriberId,
    answer.length > MAX_REPLY_LENGTH ? `${answer.slice(0, MAX_REPLY_LENGTH - 1)}…` : answer,
  ])
  const head = ['when (UTC)', 'class', 'code', 'domain', 'done', 'message', 'subscriber', 'said']
  const more = returns.length === MOST ? [`These are the newest ${MOST}.`] : []
  return [table(head, rows), ...more].join('\n')
}

const jsonOfStatus = ({ waiting, ways, day, week, ...status }: ReturnStatus) => ({
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

function textOfStatus({ domain, ways, waiting, day, week }: ReturnStatus): string {
  const { count, oldest } = waiting
  const waits = count === 0 ? 'none waiting' : `${count} waiting`
  return [
    domain ? `Bounce domain: ${domain}` : 'Bounce domain: none (BOUNCE_DOMAIN is not set)',
    `Enabled channels: ${ways.map(wayText).join('; ') || 'none'}`,
    `Reports: ${waits}${oldest ? `, the oldest since ${minuteOf(oldest)} UTC` : ''}`,
    '',
    table(['class', '24 hours', '7 days'], classRows(day, week)),
  ].join('\n')
}

const wayText = ({ way, setting, newest }: ReturnStatus['ways'][number]): string =>
  `${way} (${setting}), ${newest ? `the last at ${minuteOf(newest)} UTC` : 'nothing received yet'}`

function classRows(day: SpanCounts, week: SpanCounts): (string | number)[][] {
  const ofDay = new Map(day.classes.map(({ class: kind, count }) => [kind, count]))
  const rows = week.classes.map(({ class: kind, count }) => [kind, ofDay.get(kind) ?? 0, count])
  return [...rows, ['unreadable reports', day.unreadable, week.unreadable]]
}

/** The same log, whose lines on what was read are kept besides. */
const noting = (log: Log, seen: LogFields[]): Log => ({
  ...log,
  info: (event, fields) => {
    if (event === 'report.read' && fields) seen.push(fields)
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

function textOfRead(reports: number, seen: LogFields[]): string {
  if (reports === 0) return 'Nothing was waiting.'
  const rows = seen.map(({ report, way, class: kind, status, done, message, subscriber }) =>
    [report, way, kind, status, done, message, subscriber].map((cell) =>
      cell == null ? null : String(cell),
    ),
  )
  return [
    `${reports} processed.`,
    table(['report', 'way', 'class', 'code', 'done', 'message', 'subscriber'], rows),
  ].join('\n')
}
