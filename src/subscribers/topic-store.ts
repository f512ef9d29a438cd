import type { Prisma } from '../generated/prisma/client.ts'
import type { DatabaseOrTransaction } from '../platform/database.ts'
import type { TopicText } from './subscriber.ts'

/** A topic with the tree that its query parsed to, under the grammar of that number. */
export interface ParsedTopic extends TopicText {
  tree: object
  grammar: number
}

/** In the order in which they were added. */
export async function topicsOf(db: DatabaseOrTransaction, subscriberId: string): Promise<TopicText[]> {
  const rows = await db.topic.findMany({
    where: { subscriberId },
    orderBy: { position: 'asc' },
    include: { query: true },
  })
  return rows.map(({ name, query }) => ({ name, query: query.text }))
}

/** Everybody's, by subscriber. */
export async function topicsOfAll(db: DatabaseOrTransaction): Promise<Map<string, TopicText[]>> {
  const rows = await db.$queryRaw<(TopicText & { subscriberId: string })[]>`
    select t.subscriber_id as "subscriberId", t.name, q.text as query from topic t join query q on q.id = t.query_id
    order by t.subscriber_id, t.position`
  const groups = Map.groupBy(rows, ({ subscriberId }) => subscriberId)
  return new Map([...groups].map(([id, topics]) => [id, topics.map(({ name, query }) => ({ name, query }))]))
}

/**
 * Adds, after those that are there, each topic whose query the subscriber does not have yet, as far as `most` topics
 * go. Hold the subscriber's row.
 */
export async function addTopics(
  db: DatabaseOrTransaction,
  { subscriberId, topics, most }: { subscriberId: string; topics: readonly ParsedTopic[]; most: number },
): Promise<{ added: TopicText[]; leftOut: TopicText[] }> {
  const kept = await db.topic.findMany({
    where: { subscriberId },
    include: { query: true },
    orderBy: { position: 'asc' },
  })
  const known = new Set(kept.map(({ query }) => query.text))
  const wanted = topics.filter(({ query }) => !known.has(query))
  const added = wanted.slice(0, Math.max(0, most - kept.length))
  let position = (kept.at(-1)?.position ?? -1) + 1
  for (const topic of added) {
    const queryId = await queryIdOf(db, topic)
    await db.topic.create({ data: { subscriberId, position: position++, name: topic.name, queryId } })
  }
  return { added, leftOut: wanted.slice(added.length) }
}

/** Takes away the topic whose query or name that is, and closes the gap. False where there is none. */
export async function removeTopic(
  db: DatabaseOrTransaction,
  subscriberId: string,
  text: string,
): Promise<boolean> {
  const topic = await db.topic.findFirst({
    where: { subscriberId, OR: [{ query: { text } }, { name: text }] },
    orderBy: { position: 'asc' },
  })
  if (!topic) return false
  await db.topic.delete({ where: { id: topic.id } })
  // One by one upwards: the unique (subscriber, position) is checked row by row.
  const later = await db.topic.findMany({
    where: { subscriberId, position: { gt: topic.position } },
    orderBy: { position: 'asc' },
  })
  for (const { id, position } of later)
    await db.topic.update({ where: { id }, data: { position: position - 1 } })
  return true
}

export async function deleteTopics(db: DatabaseOrTransaction, subscriberId: string): Promise<void> {
  await db.topic.deleteMany({ where: { subscriberId } })
}

/** The row that all topics with this query share. */
async function queryIdOf(db: DatabaseOrTransaction, { query, tree, grammar }: ParsedTopic): Promise<number> {
  const parsed = { tree: tree as Prisma.InputJsonObject, grammar }
  const row = await db.query.upsert({
    where: { text: query },
    create: { text: query, ...parsed },
    update: parsed,
  })
  return row.id
}
