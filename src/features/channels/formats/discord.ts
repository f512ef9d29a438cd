import type { Outcome, PostContent } from '../channel.ts'
import { type ChannelFormat, type ChannelReply, fitPapers, jsonIn } from './format.ts'
import { detailOf, leadOf, linkText, postHeading, siteText, titleOf } from './post-lines.ts'

const MAX_DESCRIPTION_LENGTH = 4096
const COLOR = 0x12564f

/** Discord reads a character behind a backslash as that character. */
const escaped = (text: string): string => text.replace(/[\\*_~|`>#()[\]<-]/g, '\\$&')
/** A bracket would end the address. */
const address = (url: string): string => url.replaceAll('(', '%28').replaceAll(')', '%29')

/**
 * A webhook: https://docs.discord.com/developers/resources/webhook#execute-webhook. One embed: mentions in it have no
 * effect, and links in it have no previews. With `wait`, the reply says whether the message was saved.
 */
export const discord: ChannelFormat = {
  request: (content, target) => {
    const url = new URL(target.url)
    url.searchParams.set('wait', 'true')
    return { url: url.href, headers: {}, body: JSON.stringify(messageOf(content)) }
  },
  read: readReply,
}

const messageOf = (content: PostContent) => ({
  embeds: [
    {
      // The longest heading has half of the 256 characters that Discord takes.
      title: escaped(postHeading(content)),
      url: content.url,
      color: COLOR,
      description: fitPapers(content.papers, (shown) => {
        const description = descriptionOf(content, shown)
        return description.length <= MAX_DESCRIPTION_LENGTH ? description : null
      }),
      footer: { text: siteText(content) },
    },
  ],
  allowed_mentions: { parse: [] },
})

function descriptionOf(content: PostContent, shown: PostContent['papers']): string {
  const papers = shown.map((paper) => {
    const detail = detailOf(paper)
    const title = `**[${escaped(titleOf(paper))}](${address(paper.url)})**`
    return detail ? `${title}\n${escaped(detail)}` : title
  })
  const all = `[${escaped(linkText(content))}](${address(content.url)})`
  return [leadOf(content, shown), ...papers, all].join('\n\n')
}

/** `retry_after` is more precise than the header; `code` says what is wrong: 10015 is a webhook that does not exist. */
function readReply({ status, seconds, body }: ChannelReply): Outcome | undefined {
  const { retry_after: asked, code } = jsonIn(body)
  if (status === 429)
    return {
      kind: 'deferred',
      reason: 'HTTP 429',
      seconds: typeof asked === 'number' && asked >= 0 ? Math.ceil(asked) : seconds,
    }
  if (status < 400 || status >= 500 || typeof code !== 'number') return undefined
  return { kind: 'refused', reason: `HTTP ${status}, code ${code}`, isGone: [401, 404].includes(status) }
}
