import { truncateAtWord, visibleText } from '../../../mail/rendering/text.ts'
import type { Outcome, PostContent, PostedPaper, Target } from '../channel.ts'

export interface ChannelRequest {
  url: string
  headers: Record<string, string>
  body: string
}

export interface ChannelReply {
  status: number
  /** Of Retry-After. */
  seconds?: number
  /** What was read of the body within the time; null if it broke off. */
  body: string | null
}

/** How a service takes a post. */
export interface ChannelFormat {
  /** `messageId`: the same for each attempt of a post. */
  request(content: PostContent, target: Target, attempt: { messageId: string; now: Date }): ChannelRequest
  /** What its own words in a reply mean; undefined if the status says it all. */
  read?(reply: ChannelReply): Outcome | undefined
}

/** What holds a break that no eye sees, so that no service reads a link, a mention, a tag or a command. */
const BREAK = '\u2060'
const SCHEME = /:\/\//g
const DOT_IN_NAME = /(?<=[\p{L}\p{N}])[.\u3002\uff61](?=\p{L}{2})/gu
const SIGN_BEFORE_NAME = /[@<](?=[\p{L}\p{N}!/@#:&_])|(?<![^\s([])[#/](?=\p{L})/gu

/**
 * A stranger's text on one line. Chat programs find addresses, names and commands in text that has no markup, so these
 * get an invisible break. What a service reads as markup is escaped by its own format.
 */
export const plainForChat = (text: string, maxLength: number): string =>
  truncateAtWord(visibleText(text).trim(), maxLength)
    .replace(SCHEME, `:${BREAK}//`)
    .replace(DOT_IN_NAME, `$&${BREAK}`)
    .replace(SIGN_BEFORE_NAME, `$&${BREAK}`)

/**
 * The body with as many papers as fit, from the best on. Throws if not even one fits, which the limits of the parts
 * exclude.
 */
export function fitPapers<T>(
  papers: readonly PostedPaper[],
  build: (shown: readonly PostedPaper[]) => T | null,
): T {
  for (let shown = papers.length; shown >= Math.min(1, papers.length); shown--) {
    const built = build(papers.slice(0, shown))
    if (built !== null) return built
  }
  throw new Error('a post has no form that is short enough')
}

export const bytesOf = (text: string): number => Buffer.byteLength(text)

/** The body as an object, if it is one. */
export function jsonIn(body: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body ?? '')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
