import { decodeHTMLStrict } from 'entities'
import { markupToText } from '../biorxiv/parse-details.ts'

/** Longer than any abstract with its markup. */
const MAX_HTML_LENGTH = 60_000

const NAMES =
  'abbr|article|aside|big|blockquote|caption|center|cite|code|col|dd|del|dl|dt|fig|figure|figcaption|footer|header|hr|iframe|img|inline-graphic|ins|link|main|mark|math|mml:\\w+|m:\\w+|m(?:i|n|o|row|sub|sup|subsup|text|frac|over|under|stretchy|style|space|math)|jats:[\\w-]+|named-content|object|ext-link|xref|pre|q|section|source|strike|svg|table|tbody|td|tfoot|th|thead|tr|tex-math|var|video|wbr|alternatives|graphic'
const OTHER_TAGS = new RegExp(String.raw`</?(?:${NAMES})(?:\s[^<>]*)?/?>`, 'gi')
// Attributes without quotes, which markup in XML does not have.
const LOOSE_TAGS = /<\/?(?:a|b|i|p|br|div|em|font|h[1-6]|li|ol|ul|span|strong|sub|sup|u)(?:\s[^<>]*)?\/?>/gi
const COMMENTS = /<!--(?:(?!<!--)[\s\S])*?-->/g
const NOT_TEXT = /<(script|style)\b(?:(?!<\1\b)[\s\S])*?<\/\1\s*>/gi

/**
 * The text of HTML, or of text, also if it was escaped twice, on one line: "<i>E. coli</i> &amp; Ca<sup>2+</sup>" becomes
 * "E. coli & Ca²⁺". Only known tags are markup, since "p < 0.05 and n > 3" is text.
 */
export function htmlToText(html: string): string {
  const marked = decodeHTMLStrict(html.slice(0, MAX_HTML_LENGTH))
    .replace(COMMENTS, ' ')
    .replace(NOT_TEXT, ' ')
  return markupToText(marked).replace(OTHER_TAGS, ' ').replace(LOOSE_TAGS, ' ').replace(/\s+/g, ' ').trim()
}
