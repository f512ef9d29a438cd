import type { PostContent } from '../channel.ts'
import { type ChannelFormat, fitPapers } from './format.ts'
import { detailOf, leadOf, linkText, postHeading, titleOf } from './post-lines.ts'

/** Below what Slack refuses as msg_blocks_too_long. */
const MAX_LENGTH = 12_000
const MAX_HEADING_LENGTH = 150

type Element = { type: 'text' | 'link'; text: string; url?: string; style?: { bold?: boolean } }

const text = (value: string): Element => ({ type: 'text', text: value })
const link = (url: string, value: string): Element => ({
  type: 'link',
  url,
  text: value,
  style: { bold: true },
})
const section = (elements: Element[]) => ({ type: 'rich_text_section', elements })

/** For the notification, which is mrkdwn: https://docs.slack.dev/messaging/formatting-message-text */
const escaped = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/**
 * An incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. Rich text holds texts
 * and links as data, so that no text is read as markup.
 */
export const slack: ChannelFormat = {
  request: (content, { url }) => ({
    url,
    headers: {},
    body: fitPapers(content.papers, (shown) => {
      const body = JSON.stringify(messageOf(content, shown))
      return body.length <= MAX_LENGTH || shown.length === 1 ? body : null
    }),
  }),
}

function messageOf(content: PostContent, shown: PostContent['papers']) {
  const heading = postHeading(content)
  const lead = leadOf(content, shown)
  const papers = shown.map((paper) => {
    const detail = detailOf(paper)
    return section([link(paper.url, titleOf(paper)), ...(detail ? [text(`\n${detail}`)] : [])])
  })
  return {
    text: escaped(`${heading}: ${lead}`),
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', text: heading.slice(0, MAX_HEADING_LENGTH), emoji: false },
      },
      { type: 'rich_text', elements: [section([text(lead)])] },
      ...papers.map((paper) => ({ type: 'rich_text', elements: [paper] })),
      {
        type: 'rich_text',
        elements: [section([{ type: 'link', url: content.url, text: linkText(content) }])],
      },
    ],
    unfurl_links: false,
    unfurl_media: false,
  }
}
