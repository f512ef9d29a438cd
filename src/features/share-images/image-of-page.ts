import type { Config } from '../../config/config.ts'
import type { Edition } from '../../web/page-cache.ts'
import type { ImageOfPage } from '../../web/page-image.ts'
import { IMAGE_SIZE } from './share-card.ts'
import { topicImageName } from './topic-address.ts'

/** Of pages that are no paper, day or topic. */
const SITE_IMAGE = '/og/site.png'
/** A longer query has no picture of its own: some sites cut addresses. */
const MAX_QUERY_LENGTH = 300

/** The picture of each page: see the routes in share-image-routes.ts. */
export const imageOfPage =
  ({ APP_SECRET }: Pick<Config, 'APP_SECRET'>): ImageOfPage =>
  (path, edition) => ({ path: imagePath(path, edition, APP_SECRET), ...IMAGE_SIZE })

function imagePath(path: string, edition: Edition | null, secrets: readonly string[]): string {
  const { pathname, searchParams } = new URL(path, 'http://localhost')
  if (pathname === '/') return edition ? `/og/papers/date/${edition.day}.png` : SITE_IMAGE
  if (pathname === '/papers') {
    const query = searchParams.get('q')
    return query && query.length <= MAX_QUERY_LENGTH
      ? `/og/topics/${topicImageName(query, secrets)}.png`
      : SITE_IMAGE
  }
  const isOther =
    !pathname.startsWith('/papers/') || /^\/papers\/(week|month|trending)\b|\/date$/.test(pathname)
  return isOther ? SITE_IMAGE : `/og${pathname}.png`
}
