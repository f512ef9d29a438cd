import type { Database } from '../../core/database/database.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'
import type { TopicPage } from './topic-page.ts'

export interface StoredTopicPage extends TopicPage {
  id: string
  at: Date
}

type Row = Awaited<ReturnType<Database['topicPage']['findUniqueOrThrow']>>

const pageOf = ({ topics, ...row }: Row): StoredTopicPage => ({
  ...row,
  topics: topics as unknown as TopicText[],
})

/** The page with one of these ids, if there is one. */
export async function findTopicPage(db: Database, ids: readonly string[]): Promise<StoredTopicPage | null> {
  const row = await db.topicPage.findFirst({ where: { id: { in: [...ids] } } })
  return row && pageOf(row)
}

/** Newest first. */
export async function allTopicPages(db: Database): Promise<StoredTopicPage[]> {
  const rows = await db.topicPage.findMany({ orderBy: [{ at: 'desc' }, { id: 'asc' }] })
  return rows.map(pageOf)
}

/** False if there is no such page. */
export const deleteTopicPage = async (db: Database, id: string): Promise<boolean> =>
  (await db.topicPage.deleteMany({ where: { id } })).count > 0

/** Adds a page, unless another request has just added the same one. */
export async function addTopicPage(db: Database, { id, name, topics, at }: StoredTopicPage): Promise<void> {
  const data = { id, name, topics: topics.map((topic) => ({ ...topic })), at }
  await db.topicPage.createMany({ data: [data], skipDuplicates: true })
}
