import type { Database } from '../../core/database/database.ts'
import { addDays, type Day, midnight } from '../../core/dates.ts'
import type { Attempt as AttemptRow, Message as MessageRow, Prisma } from '../../generated/prisma/client.ts'
import type { Lane, MessageState } from '../message.ts'

/** A message in the operator's list. `toAddress` is null once the subscriber is erased. */
export interface ListedMessage
  extends Pick<MessageRow, 'id' | 'kind' | 'subscriberId' | 'toAddress' | 'state' | 'reason' | 'attempts'>,
    Pick<MessageRow, 'datedAt' | 'nextTry' | 'deadline'> {
  lane: Lane
}

export type MessageCursor = Pick<ListedMessage, 'datedAt' | 'id'>

interface MessageFilter {
  state?: MessageState
  kind?: string
  /** Enqueued on this day (UTC). */
  day?: Day
}

// No index has the state, so that changing it is cheap; these lead to the few rows that can have it.
const WHERE_TO_LOOK: Partial<Record<MessageState, Prisma.MessageWhereInput>> = {
  ready: { batch: { doneAt: null } },
  taken: { batch: { doneAt: null } },
  deferred: { batch: { doneAt: null } },
  uncertain: { tries: { some: { outcome: { in: ['uncertain', 'lost'] } } } },
  refused: { reason: { not: null } },
  gave_up: { reason: { not: null } },
  skipped: { reason: { not: null } },
}

/** Newest first, up to `most`; the filter narrows, `after` continues from a position. */
export async function listMessages(
  db: Database,
  { state, kind, day, most, after }: MessageFilter & { most: number; after?: MessageCursor },
): Promise<ListedMessage[]> {
  const datedAt = day && { gte: midnight(day), lt: midnight(addDays(day, 1)) }
  const afterCursor = after && [
    { datedAt: { lt: after.datedAt } },
    { datedAt: after.datedAt, id: { gt: after.id } },
  ]
  const rows = await db.message.findMany({
    where: { state, kind, datedAt, OR: afterCursor, ...(state && WHERE_TO_LOOK[state]) },
    omit: { content: true, localDate: true },
    include: { batch: { select: { lane: true } } },
    orderBy: [{ datedAt: 'desc' }, { id: 'asc' }],
    take: most,
  })
  return rows.map(({ batch, ...row }) => ({ ...row, lane: batch.lane }))
}

export interface MessageWithHistory extends ListedMessage {
  /** Each time the server accepted it, with the reply. */
  acceptances: { at: Date; reply: string }[]
  tries: Omit<AttemptRow, 'messageId' | 'localDate'>[]
}

const HISTORY = {
  acceptances: { select: { at: true, reply: true }, orderBy: { id: 'asc' } },
  tries: { omit: { messageId: true, localDate: true }, orderBy: { n: 'asc' } },
} as const

/** A message and its history; null if no message has that id. */
export async function messageById(db: Database, id: string): Promise<MessageWithHistory | null> {
  const row = await db.message.findFirst({
    where: { id },
    omit: { content: true, localDate: true },
    include: { batch: { select: { lane: true } }, ...HISTORY },
  })
  if (!row) return null
  const { batch, ...message } = row
  return { ...message, lane: batch.lane }
}

export const RETRYABLE: MessageState[] = ['deferred', 'refused', 'uncertain', 'gave_up', 'skipped']

/**
 * A claim: makes a message ready again that has ended or waits. False if its state or its deadline forbids it: it is
 * being sent, was accepted, or is too old.
 */
export async function requeueMessage(db: Database, id: string, now: Date): Promise<boolean> {
  // It gets a batch of its own: a worker that releases the old one now might not see the message, and end the batch.
  const changed = await db.$executeRaw`
    with again as (
      select m.id, m.local_date, b.lane from message m join batch b on b.id = m.batch_id
      where m.id = ${id} and m.deadline > ${now} and m.to_address is not null
        and m.state::text = any(${RETRYABLE})
        and m.reason is distinct from 'restored'
      for update of m
    ), made as (
      insert into batch (lane, not_before) select lane, ${now}::timestamptz from again returning id
    )
    update message m set state = 'ready', reason = null, next_try = ${now}, batch_id = made.id
    from again, made where m.id = again.id and m.local_date = again.local_date`
  return changed > 0
}

/** The messages of a lane that wait or are being sent, by state. */
interface LaneQueue extends Record<'ready' | 'taken' | 'deferred' | 'uncertain', number> {
  /** When the message that has waited longest was enqueued; null if none waits. */
  oldest: Date | null
  /** The earliest time at which one of the messages may be tried. */
  nextTry: Date | null
}

const EMPTY: LaneQueue = { ready: 0, taken: 0, deferred: 0, uncertain: 0, oldest: null, nextTry: null }

/** A report: counts every waiting message. */
export async function laneQueues(db: Database): Promise<Record<Lane, LaneQueue>> {
  const rows = await db.$queryRaw<(LaneQueue & { lane: Lane })[]>`
    select b.lane::text, count(*) filter (where m.state = 'ready')::int as ready,
      count(*) filter (where m.state = 'taken')::int as taken,
      count(*) filter (where m.state = 'deferred')::int as deferred,
      count(*) filter (where m.state = 'uncertain')::int as uncertain,
      min(m.dated_at) filter (where m.state <> 'taken') as oldest,
      min(m.next_try) filter (where m.state <> 'taken') as "nextTry"
    from message m join batch b on b.id = m.batch_id
    where b.done_at is null
      and (m.state in ('ready', 'taken', 'deferred') or (m.state = 'uncertain' and m.next_try < m.deadline))
    group by 1`
  const queues = { transactional: EMPTY, bulk: EMPTY }
  for (const { lane, ...queue } of rows) queues[lane] = queue
  return queues
}

const OPEN_STATES = ['ready', 'taken', 'deferred', 'uncertain'] as const

/** The digests of a local date that are not final, by state. Of `uncertain` ones, some may have no further try. */
export async function openStatesOf(
  db: Database,
  localDate: Day,
): Promise<{ state: (typeof OPEN_STATES)[number]; emails: number; nextTry: Date | null }[]> {
  const rows = await db.message.groupBy({
    by: ['state'],
    where: { digest: { plan: { localDate: midnight(localDate) } }, state: { in: [...OPEN_STATES] } },
    _count: true,
    _min: { nextTry: true },
    orderBy: { state: 'asc' },
  })
  return rows.flatMap(({ state, _count: emails, _min: { nextTry } }) => {
    const open = OPEN_STATES.find((one) => one === state)
    return open ? [{ state: open, emails, nextTry }] : []
  })
}

export const countReady = (db: Database, now: Date): Promise<number> =>
  db.message.count({
    where: {
      batch: { doneAt: null },
      state: { in: ['ready', 'deferred'] },
      nextTry: { lte: now },
      deadline: { gt: now },
    },
  })

const INTERNAL_COLUMNS = {
  localDate: true,
  subscriberId: true,
  batchId: true,
  takenBy: true,
  takenAt: true,
  secretId: true,
} as const

/** All messages to a subscriber, with the mail server's replies to each, oldest first. */
export const messagesOf = (db: Database, subscriberId: string) =>
  db.message.findMany({
    where: { subscriberId },
    omit: INTERNAL_COLUMNS,
    include: HISTORY,
    orderBy: [{ datedAt: 'asc' }, { id: 'asc' }],
  })

/** Ids and kinds of the messages enqueued for a subscriber from `from` until before `to`, oldest first. */
export const messagesBetween = (
  db: Database,
  { subscriberId, from, to }: { subscriberId: string; from: Date; to: Date },
): Promise<{ id: string; kind: string }[]> =>
  db.message.findMany({
    where: { subscriberId, datedAt: { gte: from, lt: to } },
    select: { id: true, kind: true },
    orderBy: [{ datedAt: 'asc' }, { id: 'asc' }],
  })

export type MessageDay = { day: Day } & Record<
  'accepted' | 'refused' | 'gaveUp' | 'uncertain' | 'skipped',
  number
>

/** A report: final states of the messages dated on each day (UTC), of any kind; days without messages are left out. */
export function messagesByDay(db: Database, { from, to }: { from: Day; to: Day }): Promise<MessageDay[]> {
  return db.$queryRaw<MessageDay[]>`
    select to_char(dated_at at time zone 'utc', 'YYYY-MM-DD') as day,
      count(*) filter (where state = 'accepted')::int as accepted,
      count(*) filter (where state = 'refused')::int as refused,
      count(*) filter (where state = 'gave_up')::int as "gaveUp",
      count(*) filter (where state = 'uncertain')::int as uncertain,
      count(*) filter (where state = 'skipped')::int as skipped
    from message
    where dated_at >= ${from}::date::timestamp at time zone 'utc'
      and dated_at < (${to}::date + 1)::timestamp at time zone 'utc'
    group by 1`
}

/** `toAddress` is null if the subscriber was erased since. */
export const messageRecipient = (db: Database, id: string) =>
  db.message.findFirst({ where: { id }, select: { id: true, subscriberId: true, toAddress: true } })

/** The addresses to which a subscriber was sent emails since an instant. */
export async function addressesMailedSince(
  db: Database,
  { subscriberId, since }: { subscriberId: string; since: Date },
): Promise<string[]> {
  const rows = await db.message.findMany({
    where: { subscriberId, datedAt: { gte: since }, toAddress: { not: null } },
    distinct: ['toAddress'],
    select: { toAddress: true },
  })
  return rows.flatMap(({ toAddress }) => toAddress ?? [])
}
