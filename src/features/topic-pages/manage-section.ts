import type { Deps } from '../../core/deps.ts'
import { topicHeadings } from '../../queries/language/topic-name.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import { storedTopicsOf } from '../../subscribers/topic.repo.ts'
import type { PageSection } from '../../web/page-parts.ts'

const FILE = new URL('./manage-section.eta', import.meta.url)

/** The topics that a subscriber may share; null without topics. */
export async function manageSection(
  { db }: Deps,
  { subscriber, token }: { subscriber: Subscriber; token: string },
): Promise<PageSection | null> {
  const topics = await storedTopicsOf(db, subscriber.id)
  if (topics.length === 0) return null
  const labels = topicHeadings(topics)
  const rows = topics.map(({ id }, i) => ({ id, label: labels[i]! }))
  return { file: FILE, data: { path: `/manage/${token}/share`, topics: rows } }
}
