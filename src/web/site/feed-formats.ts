import { resolve } from 'node:path'
import { TemplateEngine } from '../../i18n/template-engine.ts'
import type { FeedFormat } from './feed-paths.ts'
import type { FeedView } from './feed-view.ts'

const FOLDER = resolve(import.meta.dirname, '../../../templates/feeds')
// Templates escape the values that they insert, as on pages.
const templates = new TemplateEngine({ views: FOLDER, cache: true, autoTrim: ['nl', false] })

export const FEED_FORMATS: Record<FeedFormat, { type: string; write: (view: FeedView) => string }> = {
  xml: { type: 'application/atom+xml; charset=utf-8', write: (view) => templates.render('./atom', view) },
  json: { type: 'application/feed+json; charset=utf-8', write: (view) => JSON.stringify(jsonFeed(view)) },
}

/** JSON Feed 1.1. */
const jsonFeed = ({ title, subtitle, home, self, language, entries }: FeedView): object => ({
  version: 'https://jsonfeed.org/version/1.1',
  title,
  description: subtitle,
  home_page_url: home,
  feed_url: self,
  language,
  items: entries.map((entry) => ({
    id: entry.id,
    url: entry.url,
    title: entry.title,
    content_html: entry.contentHtml,
    summary: entry.summary,
    date_published: entry.published,
    date_modified: entry.updated,
    authors: entry.authors.map((name) => ({ name })),
    tags: entry.categories,
  })),
})
