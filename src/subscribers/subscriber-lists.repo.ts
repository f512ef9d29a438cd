import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { SubscriberState } from './subscriber.ts'

/** Number of subscribers by state; erased ones are not counted. */
export async function countByState(
  db: DatabaseOrTransaction,
): Promise<{ state: SubscriberState; count: number }[]> {
  const rows = await db.subscriber.groupBy({
    by: 'state',
    where: { erasedAt: null },
    _count: true,
    orderBy: { state: 'asc' },
  })
  return rows.map(({ state, _count: count }) => ({ state, count }))
}

export interface QueryCount {
  id: number
  query: string
  /** Subscribers with such a topic: `joined` are active or paused, `subscribers` are all. */
  joined: number
  subscribers: number
}

/** Distinct queries, those with most subscribers first; up to `most` of them after the first `skip`. */
export const queriesByCount = (
  db: DatabaseOrTransaction,
  { most, skip }: { most: number; skip: number },
): Promise<QueryCount[]> => db.$queryRaw<QueryCount[]>`
  select q.id, q.text as query, count(*) filter (where s.state in ('active', 'paused'))::int as joined,
    count(*)::int as subscribers
  from topic t join query q on q.id = t.query_id join subscriber s on s.id = t.subscriber_id
  group by q.id order by joined desc, subscribers desc, q.id limit ${most} offset ${skip}`

export interface TopicHolder {
  /** The topic's id. */
  id: number
  subscriberId: string
  address: string | null
  state: SubscriberState
  /** Their name for the topic. */
  name: string
}

/** Subscribers with a topic of this query, oldest topic first, `after` the topic with that id. */
export async function topicHolders(
  db: DatabaseOrTransaction,
  { queryId, most, after }: { queryId: number; most: number; after: number },
): Promise<{ query: string; holders: TopicHolder[] } | null> {
  const found = await db.query.findUnique({ where: { id: queryId }, select: { text: true } })
  if (!found) return null
  const rows = await db.topic.findMany({
    where: { queryId, id: { gt: after } },
    include: { subscriber: { select: { address: true, state: true } } },
    orderBy: { id: 'asc' },
    take: most,
  })
  const holders = rows.map(({ id, name, subscriberId, subscriber }) => ({
    id,
    name,
    subscriberId,
    ...subscriber,
  }))
  return { query: found.text, holders }
}
