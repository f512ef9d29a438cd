import { createHmac } from 'node:crypto'
import type { Outcome, PostContent } from '../channel.ts'
import { bytesOf, type ChannelFormat, type ChannelReply, fitPapers, jsonIn } from './format.ts'
import { detailOf, leadOf, linkText, postHeading, titleOf } from './post-lines.ts'

/** Feishu takes bodies of up to 20 KB. */
const MAX_BYTES = 19_000

const TOO_MANY_REQUESTS = [11232, 99991400]
const UNKNOWN_BOT = 19001

/** The text that is signed is the key, and the message is empty: Feishu's own rule. */
export const feishuSign = (secret: string, timestamp: string): string =>
  createHmac('sha256', `${timestamp}\n${secret}`).digest('base64')

/**
 * A custom bot, also of Lark: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot. A post holds texts and
 * links as data, so that no text is read as markup.
 */
export const feishu: ChannelFormat = {
  request: (content, { url, secret }, { now }) => {
    const timestamp = String(Math.floor(now.getTime() / 1000))
    const signed = secret ? { timestamp, sign: feishuSign(secret, timestamp) } : {}
    return {
      url,
      headers: {},
      body: fitPapers(content.papers, (shown) => {
        const body = JSON.stringify({
          ...signed,
          msg_type: 'post',
          content: { post: postOf(content, shown) },
        })
        return bytesOf(body) <= MAX_BYTES ? body : null
      }),
    }
  },
  read: readReply,
}

function postOf(content: PostContent, shown: PostContent['papers']) {
  const text = (value: string) => ({ tag: 'text', text: value })
  const link = (href: string, value: string) => ({ tag: 'a', text: value, href })
  const papers = shown.flatMap((paper) => {
    const detail = detailOf(paper)
    return [[link(paper.url, titleOf(paper))], ...(detail ? [[text(detail)]] : [])]
  })
  // The language of the key is where Feishu looks first; it shows any that is there.
  return {
    zh_cn: {
      title: postHeading(content),
      content: [[text(leadOf(content, shown))], ...papers, [link(content.url, linkText(content))]],
    },
  }
}

/** Feishu refuses with HTTP 200 and a code in the body. */
function readReply({ status, body }: ChannelReply): Outcome | undefined {
  const { code, StatusCode } = jsonIn(body)
  const replyCode = code ?? StatusCode
  if (replyCode === 0) return { kind: 'posted' }
  if (typeof replyCode === 'number') {
    const reason = `HTTP ${status}, code ${replyCode}`
    if (TOO_MANY_REQUESTS.includes(replyCode)) return { kind: 'deferred', reason }
    if (status < 500) return { kind: 'refused', reason, isGone: replyCode === UNKNOWN_BOT }
  }
  return status < 300 ? { kind: 'unanswered', reason: `HTTP ${status} without a whole reply` } : undefined
}
