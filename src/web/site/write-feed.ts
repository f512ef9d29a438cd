import type { Day } from '../../core/dates.ts'
import { templatesIn } from '../../i18n/template-engine.ts'
import { fill, fillHtml, words } from '../../i18n/words.ts'
import { oneLine } from '../../mail/rendering/text.ts'
import type { Paper } from '../../papers/paper.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import { type PlainParts, plainParts } from '../../queries/reasons/shown-paper.ts'
import type { FeedFormat } from './search-paths.ts'

/** A feed in the terms of JSON Feed, which the template for Atom reads too. URLs are whole. */
export interface Feed {
  title: string
  description: string
  home_page_url: string
  feed_url: string
  items: FeedItem[]
}

/** A paper in a feed: text on one line, without characters that feed readers reject. */
export interface FeedItem {
  /** A tag URI (RFC 4151). It never changes, even if the paper gets other names. */
  id: string
  url: string
  title: string
  content_html: string
  summary: string
  date_published: string
  date_modified: string
  authors: { name: string }[]
  categories: string[]
  /** It comes close to a query, but does not match it. */
  isClose: boolean
}

export const FEED_TYPES: Record<FeedFormat, string> = {
  xml: 'application/atom+xml; charset=utf-8',
  json: 'application/feed+json; charset=utf-8',
}

const templates = templatesIn('feeds')

/** Atom, or JSON Feed 1.1. `page` shows the same papers. */
export function writeFeed(format: FeedFormat, feed: Feed, page: string): string {
  const language = words.language
  if (format === 'xml')
    return templates.render('./atom', { feed: { ...feed, language }, page, updated: updatedOn(feed) })
  const { items, ...head } = feed
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    ...head,
    language,
    items: items.map(({ isClose, categories, ...item }) => ({
      ...item,
      tags: isClose ? [words.feed.close.tag, ...categories] : categories,
    })),
  })
}

/** The date of a feed without papers. */
const BEGINNING = '2026-01-01T00:00:00.000Z'

const updatedOn = ({ items }: Feed): string =>
  [BEGINNING, ...items.map(({ date_modified }) => date_modified)].sort().at(-1)!

interface InFeed {
  baseUrl: string
  /** Why it is in the feed, in a sentence; empty without a reason. */
  reason: string
  isClose: boolean
  dates: { published: string; modified: string }
}

export function itemOfPaper(paper: Paper, { baseUrl, reason: why, isClose, dates }: InFeed): FeedItem {
  const { title, abstract, authors, sentence, isSummary } = linesOf(plainParts(paper))
  const { reasonHtml, summaryHtml, abstractHtml, close } = words.feed
  const reason = oneLine(why)
  return {
    id: paperTag(baseUrl, paper),
    url: `${baseUrl}${paperPathOf(paper)}`,
    title: isClose ? fill(close.title, { title }) : title,
    content_html: [
      reason ? fillHtml(reasonHtml, { reason }) : '',
      isSummary ? fillHtml(summaryHtml, { summary: sentence, label: words.paper.summary }) : '',
      fillHtml(abstractHtml, { abstract }),
    ].join(''),
    summary: isClose ? fill(close.summary, { reason, sentence }) : sentence,
    date_published: dates.published,
    date_modified: dates.modified,
    authors: firstOf(authors).map((name) => ({ name })),
    categories: paper.categories,
    isClose,
  }
}

const paperTag = (baseUrl: string, { id }: Pick<Paper, 'id'>): string =>
  `tag:${new URL(baseUrl).hostname},2026:paper/${id}`

const SECONDS_OF_HOUR = 3600

/**
 * A second of the first hour of a day, by the number of a paper: sources state only a day, readers sort entries with the
 * same time in any order, and some hide those of the future.
 */
export const instantIn = (day: Day, paperId: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + (paperId % SECONDS_OF_HOUR) * 1000).toISOString()

const linesOf = (parts: PlainParts): PlainParts => ({
  ...parts,
  title: oneLine(parts.title),
  abstract: oneLine(parts.abstract),
  sentence: oneLine(parts.sentence),
  authors: parts.authors.map(oneLine).filter(Boolean),
})

/** Some papers have thousands of authors. */
const MAX_AUTHORS = 20

function firstOf(authors: string[]): string[] {
  const others = authors.length - MAX_AUTHORS
  if (others < 2) return authors
  return [...authors.slice(0, MAX_AUTHORS), fill(words.feed.moreAuthors, { count: others })]
}
