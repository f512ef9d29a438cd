import { hash } from 'node:crypto'
import type { Database } from '../core/database/database.ts'
import type { Prisma } from '../generated/prisma/client.ts'
import { parseQuery } from '../queries/language/parse-query.ts'
import { GRAMMAR_VERSION } from '../queries/query.ts'
import { pairTopics, type Subscription } from './change.ts'
import type { Subscriber, TopicText } from './subscriber.ts'

export async function topicsOf(db: Database, subscriberId: string): Promise<TopicText[]> {
  return (await storedTopicsOf(db, subscriberId)).map(({ name, query }) => ({ name, query }))
}

/** A topic with the id of its row. Edits keep the id: links in emails contain it. */
export interface StoredTopic extends TopicText {
  id: number
}

export async function storedTopicsOf(db: Database, subscriberId: string): Promise<StoredTopic[]> {
  const rows = await db.topic.findMany({
    where: { subscriberId },
    orderBy: { position: 'asc' },
    include: { query: true },
  })
  return rows.map(({ id, name, query }) => ({ id, name, query: query.text }))
}

interface SetTopicsInput {
  subscriberId: string
  /** All topics, in order, each query once; one that was deleted gets its earlier id back. */
  topics: readonly (TopicText & { id?: number })[]
}

// Above every position in use: Postgres checks the unique (subscriber, position) row by row.
const OUT_OF_THE_WAY = 25

/** Replaces a subscriber's topics. Lock the subscriber's row first. Throws query.* for one that cannot be read. */
export async function setTopics(db: Database, { subscriberId, topics }: SetTopicsInput): Promise<void> {
  const rows = await storedTopicsOf(db, subscriberId)
  const kept = pairTopics(rows, topics)
  const ids = new Map(kept.map(({ from, to }) => [to, rows.find(({ query }) => query === from.query)!.id]))
  // Existing queries stay, even if the current grammar would parse them in another way.
  const fresh = topics.filter((topic) => rows.every(({ query }) => query !== topic.query))
  const queryIds = await queryIdsOf(
    db,
    fresh.map(({ query }) => query),
    treeOf,
  )
  await db.topic.deleteMany({ where: { subscriberId, id: { notIn: [...ids.values()] } } })
  await db.topic.updateMany({ where: { subscriberId }, data: { position: { increment: OUT_OF_THE_WAY } } })
  for (const [position, topic] of topics.entries()) {
    const queryId = queryIds.get(topic.query)
    const id = ids.get(topic)
    const data = { position, name: topic.name }
    if (id) await db.topic.update({ where: { id }, data: { ...data, queryId } })
    else await addTopic(db, { ...data, subscriberId, queryId: queryId!, id: topic.id })
  }
}

/** Reuses the given id, unless another row has it now. */
async function addTopic(db: Database, { id, ...topic }: Prisma.TopicUncheckedCreateInput): Promise<void> {
  const isFree = id !== undefined && (await db.topic.count({ where: { id } })) === 0
  await db.topic.create({ data: isFree ? { ...topic, id } : topic })
}

/** A report: the topics of many subscribers. */
export async function topicsBySubscriber(
  db: Database,
  ids: readonly string[],
): Promise<Map<string, TopicText[]>> {
  const rows = await db.$queryRaw<{ id: string; topics: TopicText[] }[]>`
    select t.subscriber_id as id,
      json_agg(json_build_object('name', t.name, 'query', q.text) order by t.position) as topics
    from topic t join query q on q.id = t.query_id
    where t.subscriber_id = any(${[...ids]}::text[]) group by t.subscriber_id`
  return new Map(rows.map(({ id, topics }) => [id, topics]))
}

/** A topic, and the tree of its query as JSON. */
export interface ParsedTopic extends TopicText {
  tree: string
}

/** The tree of a query as JSON. Throws query.*. */
export const treeOf = (query: string): string => JSON.stringify(parseQuery(query))

/** A bulk write: adds topics to subscribers who have none of these queries yet. */
export async function addTopics(
  db: Database,
  topics: readonly (ParsedTopic & { subscriberId: string; position: number })[],
): Promise<void> {
  const trees = new Map(topics.map(({ query, tree }) => [query, tree]))
  const queryIds = await queryIdsOf(db, [...trees.keys()], (query) => trees.get(query)!)
  const rows = JSON.stringify(
    topics.map(({ subscriberId, position, name, query }) => ({
      subscriberId,
      position,
      name,
      queryId: queryIds.get(query)!,
    })),
  )
  await db.$executeRaw`
    insert into topic (subscriber_id, position, name, query_id)
    select "subscriberId", position, name, "queryId" from jsonb_to_recordset(${rows}::jsonb)
      as given("subscriberId" text, position int, name text, "queryId" int)`
}

/**
 * A bulk write: the rows of queries, which all topics with the same query share, by text; creates those that are
 * missing, and asks only for their trees. Locked until the transaction ends, so that no erasure deletes one that is not
 * used yet; sorted, so that two transactions do not block each other.
 */
async function queryIdsOf(
  db: Database,
  queries: readonly string[],
  tree: (query: string) => string,
): Promise<Map<string, number>> {
  const texts = [...new Set(queries)].sort()
  if (texts.length === 0) return new Map()
  const hashes = texts.map((text) => hash('sha256', text))
  const known = await db.$queryRaw<QueryRow[]>`
    select id, text from query
    where hash = any(array(select decode(hex, 'hex') from unnest(${hashes}::text[]) as hex))
      and grammar = ${GRAMMAR_VERSION} for key share`
  const ids = new Map(known.map(({ id, text }) => [text, id]))
  const missing = texts.filter((text) => !ids.has(text))
  if (missing.length === 0) return ids
  const trees = missing.map(tree)
  const stored = await db.$queryRaw<QueryRow[]>`
    insert into query (text, tree, grammar)
    select text, tree, ${GRAMMAR_VERSION} from unnest(${missing}::text[], ${trees}::jsonb[]) as parsed(text, tree)
    on conflict (hash) do update set tree = excluded.tree, grammar = excluded.grammar returning id, text`
  for (const { id, text } of stored) ids.set(text, id)
  return ids
}

interface QueryRow {
  id: number
  text: string
}

/** The current subscription; each topic with its id. */
export async function loadSubscription(tx: Database, subscriber: Subscriber): Promise<Subscription> {
  const { id, zone, hour, days, maxPapers, format, detail, related, state, pausedUntil, startDate } =
    subscriber
  const topics = await storedTopicsOf(tx, id)
  return { zone, hour, days, maxPapers, format, detail, related, state, pausedUntil, startDate, topics }
}
