import type { Deps } from '../../core/deps.ts'
import { fill, words } from '../../i18n/words.ts'
import { topicHeadings } from '../../queries/language/topic-name.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import { storedTopicsOf } from '../../subscribers/topic.repo.ts'
import type { PageSection } from '../../web/page-parts.ts'
import { optedOut } from './opt-out.repo.ts'
import { hostOf, readerSettings } from './settings.ts'

const FILE = new URL('./opt-out.eta', import.meta.url)

/** Which topics the reader gets; null if it gets none, because they want no papers that come close or have no topic. */
export async function optOutSection(
  { db, config }: Deps,
  { subscriber, token }: { subscriber: Subscriber; token: string },
): Promise<PageSection | null> {
  const settings = readerSettings(config)
  if (!settings || !subscriber.related) return null
  const topics = await storedTopicsOf(db, subscriber.id)
  if (topics.length === 0) return null
  const labels = topicHeadings(topics)
  const out = await optedOut(
    db,
    topics.map(({ id }) => id),
  )
  const rows = topics.map(({ id }, i) => ({ id, label: labels[i]!, isRead: !out.has(id) }))
  const text = fill(words.reader.manage.text, { model: settings.model, host: hostOf(settings) })
  return { file: FILE, data: { path: `/manage/${token}/reader`, text, topics: rows } }
}
