import type { Outcome, PostContent } from '../channel.ts'
import { type ChannelFormat, type ChannelReply, fitPapers, jsonIn } from './format.ts'
import { detailOf, leadOf, linkText, postHeading, titleOf } from './post-lines.ts'

/** After Telegram has read the tags. */
const MAX_LENGTH = 4096

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

interface Part {
  html: string
  length: number
}

const textPart = (text: string): Part => ({ html: escaped(text), length: text.length })
const linkPart = (url: string, text: string): Part => ({
  html: `<a href="${escaped(url)}">${escaped(text)}</a>`,
  length: text.length,
})

/** A message of a bot: https://core.telegram.org/bots/api#sendmessage */
export const telegram: ChannelFormat = {
  request: (content, { url, secret, chat }) => ({
    url: `${url}/bot${secret}/sendMessage`,
    headers: {},
    body: JSON.stringify({
      chat_id: chat,
      text: textOf(content),
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
    }),
  }),
  read: readReply,
}

const textOf = (content: PostContent): string =>
  fitPapers(content.papers, (shown) => {
    const parts = partsOf(content, shown)
    const length = parts.reduce((sum, part) => sum + part.length + 2, 0)
    return length <= MAX_LENGTH ? parts.map(({ html }) => html).join('\n\n') : null
  })

function partsOf(content: PostContent, shown: PostContent['papers']): Part[] {
  const heading = postHeading(content)
  const papers = shown.map((paper) => {
    const title = linkPart(paper.url, titleOf(paper))
    const detail = textPart(detailOf(paper))
    return detail.length === 0
      ? title
      : { html: `${title.html}\n${detail.html}`, length: title.length + 1 + detail.length }
  })
  return [
    { html: `<b>${escaped(heading)}</b>`, length: heading.length },
    textPart(leadOf(content, shown)),
    ...papers,
    linkPart(content.url, linkText(content)),
  ]
}

/** `description` is for people, and may change: it is only shown if it is short and plain. */
function readReply({ status, body }: ChannelReply): Outcome | undefined {
  const { ok, description, parameters } = jsonIn(body)
  if (ok === true) return { kind: 'posted' }
  // A reply that is cut off says nothing, whatever its status.
  if (status < 300) return { kind: 'unanswered', reason: `HTTP ${status} without a whole reply` }
  const asked = (parameters as { retry_after?: unknown } | undefined)?.retry_after
  if (status === 429)
    return { kind: 'deferred', reason: 'HTTP 429', ...(typeof asked === 'number' && { seconds: asked }) }
  const shown =
    typeof description === 'string' && /^[\w ,:'()-]{1,80}$/.test(description) ? description : null
  if (status < 400 || status >= 500 || shown === null) return undefined
  return { kind: 'refused', reason: `HTTP ${status}, ${shown}`, isGone: [401, 404].includes(status) }
}
