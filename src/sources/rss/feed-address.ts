import { labelledSection, parseLabelled } from '../labelled-section.ts'

/**
 * The canonical spelling of "https://example.org/feed.xml#Label"; undefined for a text that is not an address of http or
 * https. An address with a password is refused, because sources are named on public pages.
 */
export function parseFeedSection(text: string): string | undefined {
  const { value, label } = parseLabelled(text)
  const url = URL.parse(value)
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return undefined
  return labelledSection({ value: url.href, label })
}

/** The address of a feed, from its section. */
export const feedAddressOf = (section: string): string => parseLabelled(section).value

const MAX_TITLE_LENGTH = 60

/** Its label, else host and path. The query is left out: it may have a token. */
export function feedTitleOf(section: string): string {
  const { value, label } = parseLabelled(section)
  if (label) return label
  const { host, pathname } = new URL(value)
  const text = host + pathname.replace(/\/$/, '')
  return text.length > MAX_TITLE_LENGTH ? `${text.slice(0, MAX_TITLE_LENGTH - 1)}…` : text
}

/** The section without the query, which may have a token. */
export function publicFeedSection(section: string): string {
  const { value, label } = parseLabelled(section)
  const url = new URL(value)
  url.search = ''
  return labelledSection({ value: url.href, label })!
}

/** Feeds of one host share a throttle. */
export const feedServiceOf = (section: string): string => `rss ${new URL(feedAddressOf(section)).host}`
