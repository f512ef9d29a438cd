import { createHmac, randomBytes } from 'node:crypto'
import type { PostContent } from '../channel.ts'
import { bytesOf, type ChannelFormat, fitPapers } from './format.ts'

const PREFIX = 'whsec_'
const KEY_BYTES = 32
const MIN_KEY_BYTES = 24
const MAX_KEY_BYTES = 64
/** Receivers are advised to take 20 kB. */
const MAX_BYTES = 20_000

export const newSigningKey = (): string => PREFIX + randomBytes(KEY_BYTES).toString('base64')

/** The bytes of a key such as whsec_…; null for any other text. */
export function readSigningKey(key: string): Buffer | null {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(key)) return null
  const bytes = Buffer.from(key.slice(PREFIX.length), 'base64')
  return bytes.length >= MIN_KEY_BYTES && bytes.length <= MAX_KEY_BYTES ? bytes : null
}

/** The header webhook-signature: of id, time and body together, so that none can be replaced. */
export function signatureOf(
  key: string,
  { id, timestamp, body }: { id: string; timestamp: string; body: string },
): string {
  const hmac = createHmac('sha256', readSigningKey(key)!).update(`${id}.${timestamp}.${body}`)
  return `v1,${hmac.digest('base64')}`
}

/**
 * JSON after Standard Webhooks 1.0: https://github.com/standard-webhooks/standard-webhooks. `webhook-id` is the same for
 * each attempt, so a receiver can tell a repeated post.
 */
export const signedJson: ChannelFormat = {
  request: (content, { url, secret }, { messageId: id, now }) => {
    const timestamp = String(Math.floor(now.getTime() / 1000))
    const body = fitPapers(content.papers, (shown) => {
      const text = JSON.stringify(eventOf(content, shown))
      return bytesOf(text) <= MAX_BYTES || shown.length === 1 ? text : null
    })
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatureOf(secret!, { id, timestamp, body }),
    }
    return { url, headers, body }
  },
}

/** Texts are as sources have them, without TeX. */
const eventOf = (
  { site, topic, query, date, at, count, url, isTest }: PostContent,
  papers: PostContent['papers'],
) => ({
  type: isTest ? 'channel.test' : 'topic.papers',
  timestamp: at,
  data: {
    site,
    topic,
    query,
    date,
    count,
    papers: papers.map(({ title, url, authors, moreAuthors, reason }) => {
      return { title, url, authors, moreAuthors, reason }
    }),
    url,
  },
})
