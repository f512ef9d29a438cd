import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { SubscriberState } from './subscriber.ts'

/** How many there are of each state; of the erased nothing is counted. */
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
  /** Who have a topic with it: those who get digests or are paused, and all. */
  joined: number
  subscribers: number
}

/** Distinct queries, those of most subscribers first; `most` of them after the first `skip`. */
export const queriesByCount = (
  db: DatabaseOrTransaction,
  { most, skip }: { most: number; skip: number },
): Promise<QueryCount[]> => db.$queryRaw<QueryCount[]>`
  select q.id, q.text as query, count(*) filter (where s.state in ('active', 'paused'))::int as joined,
    count(*)::int as subscribers
  from topic t join query q on q.id = t.query_id join subscriber s on s.id = t.subscriber_id
  group by q.id order by joined desc, subscribers desc, q.id limit ${most} offset ${skip}`

export interface TopicHolder {
  /** Of the topic. */
  id: number
  subscriberId: string
  address: string | null
  state: SubscriberState
  /** What they call it. */
  name: string
}

/** Whoever has a topic with a query, in the order in which they took it, `after` the topic of that id. */
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
