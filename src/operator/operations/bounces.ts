import { z } from 'zod'
import { BOUNCE_CLASSES } from '../../bounces/bounce.repo.ts'
import { type BounceCursor, type ListedBounce, newestBounces } from '../../bounces/bounce-list.repo.ts'
import { type BounceStatus, bounceStatus, type SpanCounts } from '../../bounces/bounce-text.ts'
import { DAY_MS } from '../../core/dates.ts'
import { bounceSchema, jsonOfBounce } from '../message-details.ts'
import { cursorInstant, idNumber } from './cursor.ts'
import { line, wholeNumber } from './fields.ts'
import { listOperation, type Page } from './list-operation.ts'
import { operation } from './operation.ts'
import { formatMinute, table } from './text-table.ts'
import { tryBounce } from './try-bounce.ts'

const MAX_LISTED = 1000
const MAX_DAYS = 3650
const MAX_REPLY_LENGTH = 60

const kind = z.enum(BOUNCE_CLASSES, { error: `one of ${BOUNCE_CLASSES.join(', ')}` }).optional()

const list = listOperation({
  name: 'bounces list',
  summary: `bounces and complaints, newest first, up to ${MAX_LISTED}`,
  rows: ({ db, clock }, { days, ...filter }, { after, max }: Page<BounceCursor>) => {
    const from = days === undefined ? undefined : new Date(clock.now().getTime() - days * DAY_MS)
    return newestBounces(db, { ...filter, from, after, most: max })
  },
  json: jsonOfBounce,
  command: {
    filters: { class: kind, days: wholeNumber(MAX_DAYS).optional() },
    max: MAX_LISTED,
    options: {
      class: ['--class <class>', 'only these'],
      days: ['--days <days>', 'only from this many days, such as 7'],
    },
    output: textOfList,
  },
  api: {
    path: '/api/returns',
    operationId: 'listReturns',
    tag: 'messages',
    summary: 'Bounces and complaints, newest first',
    filters: { class: kind, domain: line.describe('Domain of the recipient').optional() },
    item: bounceSchema,
    list: 'returns',
    position: z.tuple([cursorInstant, idNumber, z.int().min(0)]),
    positionOf: ({ at, reportId, n }) => [at.toISOString(), reportId, n],
    after: ([at, reportId, n]): BounceCursor => ({ at, reportId, n }),
  },
})

const status = operation({
  name: 'bounces status',
  summary: 'how reports reach this service, what is waiting, and what has arrived',
  effect: 'read',
  run: bounceStatus,
  output: (found) => ({ json: jsonOfStatus(found), text: textOfStatus(found) }),
  command: {},
})

export const BOUNCE_OPERATIONS = [list, status, tryBounce]

function textOfList(returns: ListedBounce[]): string {
  if (returns.length === 0) return 'No bounces or complaints.'
  const rows = returns.map(({ at, class: kind, status, domain, effect, messageId, subscriberId, reply }) => [
    formatMinute(at),
    kind,
    status,
    domain,
    effect,
    messageId,
    subscriberId,
    reply.length > MAX_REPLY_LENGTH ? `${reply.slice(0, MAX_REPLY_LENGTH - 1)}…` : reply,
  ])
  const head = ['when (UTC)', 'class', 'code', 'domain', 'effect', 'message', 'subscriber', 'reply']
  const more = returns.length === MAX_LISTED ? [`These are the newest ${MAX_LISTED}.`] : []
  return [table(head, rows), ...more].join('\n')
}

const jsonOfStatus = ({ waiting, day, week, ...status }: BounceStatus) => ({
  ...status,
  waiting: { reports: waiting.count, oldest: waiting.oldest },
  day: jsonOfSpan(day),
  week: jsonOfSpan(week),
})

const jsonOfSpan = ({ classes, unreadable }: SpanCounts) => ({
  classes: Object.fromEntries(classes.map(({ class: kind, count }) => [kind, count])),
  unreadable,
})

function textOfStatus({ domain, channels, waiting, day, week }: BounceStatus): string {
  const { count, oldest } = waiting
  const waits = count === 0 ? 'none waiting' : `${count} waiting`
  return [
    domain ? `Bounce domain: ${domain}` : 'Bounce domain: none (BOUNCE_DOMAIN is not set)',
    `Enabled channels: ${channels.map(channelText).join('; ') || 'none'}`,
    `Reports: ${waits}${oldest ? `, the oldest since ${formatMinute(oldest)} UTC` : ''}`,
    '',
    table(['class', '24 hours', '7 days'], classRows(day, week)),
  ].join('\n')
}

const channelText = ({ channel, setting, newest }: BounceStatus['channels'][number]): string =>
  `${channel} (${setting}), ${newest ? `the last at ${formatMinute(newest)} UTC` : 'nothing received yet'}`

function classRows(day: SpanCounts, week: SpanCounts): (string | number)[][] {
  const ofDay = new Map(day.classes.map(({ class: kind, count }) => [kind, count]))
  const rows = week.classes.map(({ class: kind, count }) => [kind, ofDay.get(kind) ?? 0, count])
  return [...rows, ['unreadable reports', day.unreadable, week.unreadable]]
}
