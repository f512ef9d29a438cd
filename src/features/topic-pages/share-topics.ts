import type { Deps } from '../../core/deps.ts'
import { takePermits } from '../../limits/permits.repo.ts'
import { type RateLimit, requirePermit, tooManyRequests } from '../../limits/rate-limit.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'
import { addTopicPage, findTopicPage } from './topic-page.repo.ts'
import { idOfPage, requireNoAddress, type TopicPage } from './topic-page.ts'

const SHARE_LIMIT: RateLimit = {
  name: 'topic-page',
  label: 'topic pages of one network',
  capacity: 20,
  perSecond: 20 / 3600,
}
/** New pages of all networks. A page has up to 24 kB, most have some hundred bytes. */
const SITE_BUCKET = { key: 'topic-page site', capacity: 100, perSecond: 100 / 3600 }

/**
 * Makes the page of these topics, or finds it if there is one with the same contents. Returns its path. Throws
 * topic-pages.*, rate.too-many.
 */
export async function shareTopics(
  { db, clock, config }: Deps,
  { ip, ...page }: TopicPage & { ip: string },
): Promise<string> {
  requireNoAddress(page)
  await requirePermit(db, SHARE_LIMIT, { ip })
  // A page made before the secret was rotated is still the page of its topics.
  const ids = config.APP_SECRET.map((secret) => idOfPage(page, secret))
  const before = await findTopicPage(db, ids)
  if (before) return pathOfPage(before.id)
  const { allowed, waitSeconds } = await takePermits(db, [SITE_BUCKET])
  if (!allowed) throw tooManyRequests('topic pages of all networks', waitSeconds)
  await addTopicPage(db, { ...page, id: ids[0]!, at: clock.now() })
  return pathOfPage(ids[0]!)
}

export const pathOfPage = (id: string): string => `/topics/${id}`

/** Topics with only their names and queries. */
export const textsOf = (topics: readonly TopicText[]): TopicText[] =>
  topics.map(({ name, query }) => ({ name, query }))
