import { dayAndMonth } from '../../i18n/dates.ts'
import { fill, fillHtml, rateOf, words } from '../../i18n/words.ts'
import { topicHeadings } from '../../queries/language/topic-name.ts'
import { toShownPaper } from '../../queries/reasons/shown-paper.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'
import { foundPaperItem } from '../../web/site/paper-view.ts'
import { feedPath, searchPath, subscribePath } from '../../web/site/search-paths.ts'
import type { PapersOfTopic } from './papers-of-topics.ts'
import { pathOfPage } from './share-topics.ts'
import type { StoredTopicPage } from './topic-page.repo.ts'
import { pageHeading } from './topic-page.ts'

/** How many papers of each topic are shown: of one, of up to three, and of more. */
export const papersShown = (topics: number, isEmbedded: boolean): number => {
  const most = topics === 1 ? 20 : topics <= 3 ? 10 : 5
  return isEmbedded ? Math.min(10, most) : most
}

/** Of the frame on another site, in pixels. */
const FRAME_HEIGHT = 480

interface Shown {
  baseUrl: string
  /** Of each topic, in the order of the page. */
  found: readonly PapersOfTopic[]
}

/** The page of topics, also in a frame. */
export function sharedPageView(page: StoredTopicPage, { baseUrl, found }: Shown) {
  const heading = pageHeading(page)
  const path = pathOfPage(page.id)
  const address = `${baseUrl}${path}`
  const names = topicHeadings(page.topics)
  const queries = page.topics.map(({ query }) => query)
  const topics = page.topics.map(({ query }, i) =>
    topicView(query, { name: names[i]!, at: i, of: found[i]! }),
  )
  const [only] = topics.length === 1 ? topics : []
  return {
    heading,
    path,
    address,
    topics,
    /** The topic of a page with only one. */
    only: only ?? null,
    description: fill(words.topicPages.description, { topics: pageHeading({ ...page, name: '' }) }),
    subscribePath: subscribePath(queries),
    /** A page of one topic has the picture of its search. */
    picture: only ? `${baseUrl}${searchPath({ query: only.query })}` : address,
    embedPath: `${path}?embed`,
    embedCode: fillHtml(words.topicPages.embed.codeHtml, {
      address: `${address}?embed`,
      name: heading,
      height: FRAME_HEIGHT,
    }),
  }
}

function topicView(query: string, { name, at, of }: { name: string; at: number; of: PapersOfTopic }) {
  const mostVotes = Math.max(0, ...of.found.map(({ paper }) => paper.votes ?? 0))
  return {
    id: `topic-${at + 1}`,
    name,
    query,
    understood: of.understood ?? words.requestSummary.unreadable,
    rate: rateOf(of.recent, MAX_DAYS),
    items: of.found.map(({ paper, reason }) => ({
      ...foundPaperItem(paper, toShownPaper(paper, reason), mostVotes),
      shortDay: dayAndMonth(paper.firstDay),
    })),
    allPath: searchPath({ query, order: 'newest' }),
    feeds: (['xml', 'json'] as const).map((format) => ({
      path: feedPath(format, query),
      text: words.search.feeds[format === 'xml' ? 'atom' : 'json'],
    })),
  }
}
