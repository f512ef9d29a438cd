import { createHmac } from 'node:crypto'
import { FieldFaults } from '../../core/errors.ts'
import { fill, listed, words } from '../../i18n/words.ts'
import { isExactCategory } from '../../queries/language/paper-name.ts'
import { topicHeadings } from '../../queries/language/topic-name.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'
import { TopicPageFault } from './topic-page-fault.ts'

/** What a page holds. */
export interface TopicPage {
  /** Empty if it is named after its topics. */
  name: string
  /** At least one; a topic without a name of its own has its query as name. */
  topics: readonly TopicText[]
}

export const MAX_NAME_LENGTH = 60

/**
 * "www.", "://", a name of a host, or "@" but not that of "recall@10" and "pass@k": a page of this site must not lead
 * people to another by its name.
 */
const ADDRESS = /:\/\/|@(?!(?:\d+|k)(?![\w.]))|\bwww\.|[\p{L}\p{N}]\.(?:\p{Ll}{2,}|\p{Lu}{2,})/u

/** Categories of arXiv, such as physics.optics, are no addresses. */
function looksLikeAddress(text: string): boolean {
  const others = text.replace(/[\w-]+\.[\w-]+(?!\.?\w)/g, (word) => (isExactCategory(word) ? '' : word))
  return ADDRESS.test(others.normalize('NFKC'))
}

/** The name of a page as typed, on one line. Throws topic-pages.*. */
export function readPageName(typed: string): string {
  const name = typed
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  const count = [...name].length
  if (count > MAX_NAME_LENGTH)
    throw new TopicPageFault('topic-pages.long-name', { count, most: MAX_NAME_LENGTH })
  if (looksLikeAddress(name)) throw new TopicPageFault('topic-pages.address-in-name')
  return name
}

/** Topics without a name are shown under their queries, which can hold any text. Throws topic-pages.*. */
export function requireNoAddress(page: TopicPage): void {
  const position = topicHeadings(page.topics).findIndex(looksLikeAddress) + 1
  if (position > 0) {
    const fault = new TopicPageFault('topic-pages.address-in-topic', { topic: position })
    throw new FieldFaults([{ field: 'topic', fault }])
  }
  if (looksLikeAddress(pageHeading(page))) throw new TopicPageFault('topic-pages.address-in-name')
}

const ID_LENGTH = 20

/** The id of a page: the same for the same contents, and not to be computed without the secret. */
export const idOfPage = ({ name, topics }: TopicPage, secret: string): string =>
  createHmac('sha256', secret)
    .update(`topic page: ${JSON.stringify([name, topics.map((topic) => [topic.name, topic.query])])}`)
    .digest('hex')
    .slice(0, ID_LENGTH)

/** How many topics a page without a name is named after. */
const MAX_NAMED = 3

/** The name of a page, or else those of its topics: "Linear attention, Robots and 3 more topics". */
export function pageHeading({ name, topics }: TopicPage): string {
  if (name) return name
  const names = topicHeadings(topics)
  if (names.length <= MAX_NAMED) return listed(names)
  const shown = names.slice(0, MAX_NAMED - 1)
  return listed([...shown, fill(words.topicPages.moreTopics, { count: names.length - shown.length })])
}
