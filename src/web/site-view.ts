import type { Config } from '../config/config.ts'
import { attributionWithThanks, servicesOf } from '../digests/attribution.ts'
import { ASSETS_PATH } from './assets.ts'
import type { Edition } from './page-cache.ts'
import type { ImageOfPage, PageImage } from './page-image.ts'
import { feedPath } from './site/search-paths.ts'
import { colorSheet } from './site-color.ts'

/** Pages that the sitemap lists besides days and papers. */
export const SITEMAP_ROUTES = [
  '/',
  '/papers',
  '/papers/trending',
  '/subscribe',
  '/about',
  '/status',
  '/privacy',
]

/** Of the page itself, as in src/web/assets/site.css; browsers give their frame the same color. */
export const PAGE_COLORS = { light: '#faf8f4', dark: '#171715' }

/** What templates read as `it.site`. */
export const siteView = (config: Config, edition: () => Edition | null, imageOf?: ImageOfPage) => ({
  name: config.SITE_NAME,
  url: config.BASE_URL,
  listed: SITEMAP_ROUTES,
  assets: ASSETS_PATH,
  theme: PAGE_COLORS,
  colors: colorSheet(config)?.path,
  footer: config.SITE_FOOTER,
  attribution: attributionWithThanks(servicesOf(config.SOURCES)),
  privacyUrl: config.PRIVACY_URL ?? '/privacy',
  demo: config.demo,
  takesSignups: config.SIGNUP === 'open',
  feeds: { atom: feedPath('xml'), json: feedPath('json') },
  edition,
  /** The picture of a page by its canonical URL; null without a feature that has pictures. */
  imageOf(canonical: string): PageImage | null {
    return imageOf?.(canonical.slice(config.BASE_URL.length), edition()) ?? null
  },
})
