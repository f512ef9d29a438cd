import type { Database } from '../core/database/database.ts'
import { Prisma, type Subscriber } from '../generated/prisma/client.ts'
import type { MessageState } from '../mail/message.ts'
import type { SubscriberState } from './subscriber.ts'

// SQL by hand: reports.

export const SUBSCRIBER_SORTS = ['newest', 'address', 'last-email'] as const

export interface SubscriberFilter {
  state?: SubscriberState
  contains: string
  follows: string
}

interface PageRequest {
  filter: SubscriberFilter
  sort: (typeof SUBSCRIBER_SORTS)[number]
  /** `next` of the page before: an id, because a URL must not contain an address. */
  after: string
  max: number
}

interface FilteredSubscriber {
  id: string
  address: string
  state: SubscriberState
  createdAt: Date
  topics: number
  /** The newest email. */
  messageId: string | null
  emailedAt: Date | null
  emailState: MessageState | null
}

/**
 * Subscribers that match a filter, without those who were erased. `next`: where the next page begins; null after the
 * last one. By last email, a page may have fewer rows.
 */
export async function filterSubscribers(db: Database, request: PageRequest) {
  const { sort, max } = request
  const { found, end } = await (sort === 'last-email' ? byLastEmail(db, request) : inOrder(db, request))
  const ids = found.slice(0, max).map(({ id }) => id)
  const rows = await detailsOf(db, ids)
  return { rows, next: found.length > max ? found[max - 1]!.position : end }
}

const ofState = ({ state }: SubscriberFilter): Prisma.Sql =>
  state ? Prisma.sql`and s.state = ${state}::subscriber_state` : Prisma.empty

const containing = ({ contains }: SubscriberFilter): Prisma.Sql =>
  contains ? Prisma.sql`and s.address_key like ${patternOf(contains)}` : Prisma.empty

const following = ({ follows }: SubscriberFilter): Prisma.Sql =>
  follows
    ? Prisma.sql`and s.id in (
        select t.subscriber_id from topic t join query q on q.id = t.query_id where q.text ilike ${patternOf(follows)})`
    : Prisma.empty

const patternOf = (text: string): string => `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`

interface Found {
  found: { id: string; position: string }[]
  /** The position at which the next page begins, although this one is not full. */
  end: string | null
}

const after = (
  last: Pick<Subscriber, 'id' | 'addressKey' | 'createdAt'> | null,
  sort: PageRequest['sort'],
): Prisma.Sql => {
  if (!last) return Prisma.empty
  return sort === 'address'
    ? Prisma.sql`and s.address_key > ${last.addressKey}`
    : Prisma.sql`and s.created_at <= ${last.createdAt} and (s.created_at < ${last.createdAt} or s.id > ${last.id})`
}

const orderOf = (sort: PageRequest['sort']): Prisma.Sql =>
  sort === 'address' ? Prisma.sql`s.address_key` : Prisma.sql`s.created_at desc, s.id`

/** Each order is that of an index. By address, there is no next page after a person who was erased meanwhile. */
async function inOrder(db: Database, request: PageRequest): Promise<Found> {
  const { filter, sort, max } = request
  const last = request.after ? await db.subscriber.findUnique({ where: { id: request.after } }) : null
  const found = await db.$queryRaw<Found['found']>`
    select s.id, s.id as position from subscriber s where s.erased_at is null ${after(last, sort)}
      ${ofState(filter)} ${containing(filter)} ${following(filter)} order by ${orderOf(sort)} limit ${max + 1}`
  return { found, end: null }
}

const MAX_EMAILS = 5000

/** Reads up to MAX_EMAILS emails for a page, newest first, so that no filter makes it slow. */
async function byLastEmail(db: Database, { filter, after, max }: PageRequest): Promise<Found> {
  const last = after ? await db.message.findFirst({ where: { id: after } }) : null
  const rest = last
    ? Prisma.sql`where m.dated_at <= ${last.datedAt} and (m.dated_at < ${last.datedAt} or m.id > ${last.id})`
    : Prisma.empty
  const [page] = await db.$queryRaw<[{ found: Found['found']; end: string | null }]>`
    with looked as materialized (
      select m.id, m.subscriber_id, m.dated_at, row_number() over (order by m.dated_at desc, m.id) as n
      from message m ${rest} order by m.dated_at desc, m.id limit ${MAX_EMAILS}
    ), found as (
      select s.id, m.id as position, m.n from looked m join subscriber s on s.id = m.subscriber_id
      where s.erased_at is null ${ofState(filter)} ${containing(filter)} ${following(filter)} and not exists (
        select from message later where later.subscriber_id = m.subscriber_id
          and (later.dated_at > m.dated_at or (later.dated_at = m.dated_at and later.id < m.id)))
      order by m.n limit ${max + 1}
    )
    select (select id from looked where n = ${MAX_EMAILS}) as end,
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'position', position) order by n), '[]') from found) as found`
  return page
}

const detailsOf = (db: Database, ids: string[]): Promise<FilteredSubscriber[]> =>
  db.$queryRaw<FilteredSubscriber[]>`
    select s.id, s.address, s.state::text as state, s.created_at as "createdAt",
      (select count(*)::int from topic t where t.subscriber_id = s.id) as topics,
      m.id as "messageId", m.dated_at as "emailedAt", m.state::text as "emailState"
    from unnest(${ids}::text[]) with ordinality as chosen(id, n) join subscriber s on s.id = chosen.id
    left join lateral (
      select id, dated_at, state from message where subscriber_id = s.id order by dated_at desc, id limit 1) m on true
    order by chosen.n`

/** How many match, counted up to a limit. */
export async function countFiltered(db: Database, filter: SubscriberFilter, max: number): Promise<number> {
  const [row] = await db.$queryRaw<[{ count: number }]>`
    select count(*)::int as count from (
      select from subscriber s where s.erased_at is null ${ofState(filter)} ${containing(filter)} ${following(filter)} limit ${max}) counted`
  return row.count
}
