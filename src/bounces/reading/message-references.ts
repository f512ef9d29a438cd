import { parseHeaders, splitHead } from '../mail/headers.ts'
import type { ParsedMail } from '../mail/parsed-mail.ts'
import type { SplitReport } from './split-report.ts'

/** References to one of our emails in a report. Anyone can write such lines, so look them up before you trust them. */
export interface MessageReferences {
  /** With angle brackets: first that of the returned email, then those that the report replies to. */
  messageIds: string[]
  /** Values of our own header in the returned email. */
  tokens: string[]
}

const MAX_REFERENCES = 20
const ID = /<[^<>\s@]{1,250}@[^<>\s]{1,250}>/g
const OF_COPY = /^(?:x-)?(?:original-)?message-id$/
const OF_REPORT = /^(?:in-reply-to|references|x-original-message-id|original-message-id|x-failed-message-id)$/
const FIELD_LINES = /^[> \t]*(?:x-)?(?:original-)?message-?id[ \t]*:[ \t]*(\S.{0,500})$/gim
const TOKEN = /^[> \t]*X-Daily-Papers-Message[ \t]*:[ \t]*(\S{1,500})/gim

/** The Message-IDs and tokens of a report, without duplicates. */
export function findReferences(
  mail: ParsedMail,
  { own, status, feedback, copyHeaders }: SplitReport,
): MessageReferences {
  const texts = mail.parts.map(({ text }) => text)
  const said = [status, feedback, own].flatMap((text) =>
    [...text.matchAll(FIELD_LINES)].map(([, ids = '']) => ids),
  )
  const embedded = mail.parts.flatMap(({ type, text }) =>
    /^(?:message|text)\/(?:rfc822|global)/.test(type) ? parseHeaders(splitHead(text).head) : [],
  )
  const ids = [
    ...[...copyHeaders, ...embedded].filter(({ name }) => OF_COPY.test(name)).map(({ value }) => value),
    ...said,
    ...mail.headers.filter(({ name }) => OF_REPORT.test(name)).map(({ value }) => value),
  ]
  const headers = [...mail.headers, ...copyHeaders, ...embedded]
  const tokens = headers.filter(({ name }) => name === 'x-daily-papers-message').map(({ value }) => value)
  return {
    messageIds: once(ids.flatMap((value) => value.match(ID) ?? [])),
    tokens: once([
      ...tokens,
      ...texts.flatMap((text) => [...text.matchAll(TOKEN)].map(([, token = '']) => token)),
    ]),
  }
}

const once = (values: string[]): string[] => [...new Set(values)].slice(0, MAX_REFERENCES)
