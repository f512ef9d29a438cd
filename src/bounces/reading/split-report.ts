import { decodeHTMLStrict } from 'entities'
import {
  type MailHeader,
  type MailPart,
  type ParsedMail,
  parseHeaders,
  splitHead,
} from '../mail/parse-mail.ts'

/** The parts of a report. Only the first three fields are text of the reporting server. */
export interface SplitReport {
  /** Plain text above the returned email; the text of the HTML if there is no plain text. */
  own: string
  /** Machine-readable fields (RFC 3464). */
  status: string
  /** Machine-readable fields (RFC 5965). */
  feedback: string
  /** The returned email, or the part of it that the report includes. */
  copy: string
  copyHeaders: MailHeader[]
}

const STATUS = /^message\/(?:global-)?delivery-status$/
const FEEDBACK = /^message\/feedback-report$/
const COPY = /^(?:message\/(?:rfc822|partial|global|global-headers)|text\/rfc822-headers?)$/

const MAX_TEXT_LENGTH = 100_000
const MAX_HTML = 3

/**
 * Separates the report's own text from the returned email. Text after the returned email, or after the status, is not
 * the report's.
 */
export function splitReport({ parts }: ParsedMail): SplitReport {
  const { texts, tails } = textsOf(parts)
  const of = (kind: RegExp) => parts.filter(({ type }) => kind.test(type)).map(({ text }) => text)
  const [copy = ''] = [...of(COPY), ...tails].filter((text) => text.trim())
  return {
    own: texts.join('\n\n').slice(0, MAX_TEXT_LENGTH),
    status: of(STATUS).join('\n\n').slice(0, MAX_TEXT_LENGTH),
    feedback: of(FEEDBACK).join('\n\n').slice(0, MAX_TEXT_LENGTH),
    copy,
    copyHeaders: parseHeaders(splitHead(unindented(copy)).head),
  }
}

/** The returned email as an email with one part: a report may be forwarded as a whole. */
export function embeddedMail({ copy }: SplitReport): ParsedMail {
  const { head, body } = splitHead(unindented(copy))
  return { headers: parseHeaders(head), parts: [{ type: 'text/plain', text: body }] }
}

/** Removes the indent or the quote signs that its first line has. */
function unindented(copy: string): string {
  const [indent = ''] = /^(?:> ?|[ \t]+)/.exec(copy.replace(/^\s*\n/, '')) ?? []
  if (indent.startsWith('>')) return copy.replace(/^> ?/gm, '')
  return indent === '' ? copy : copy.replaceAll(`\n${indent}`, '\n').replace(indent, '')
}

function textsOf(parts: MailPart[]): { texts: string[]; tails: string[] } {
  const end = parts.findIndex(({ type }) => STATUS.test(type) || COPY.test(type))
  const before = end < 0 ? parts : parts.slice(0, end)
  const plain = before.filter(({ type }) => type === 'text/plain' || type === 'text/enriched')
  const isSaid = plain.some(({ text }) => saysMore(text))
  const html = isSaid ? [] : before.filter(({ type }) => type === 'text/html').slice(0, MAX_HTML)
  const texts: string[] = []
  for (const text of [...plain.map((part) => part.text), ...html.map((part) => textOfHtml(part.text))]) {
    const { own, tail } = splitCopy(unfoldedQuoted(text))
    texts.push(own)
    if (tail.trim()) return { texts, tails: [tail] }
  }
  const after = parts.slice(end < 0 ? parts.length : end).filter(({ type }) => type === 'text/plain')
  return { texts, tails: after.map(({ text }) => text) }
}

/** Joins the soft line breaks of text with broken MIME that may be quoted-printable. */
const unfoldedQuoted = (text: string): string =>
  /^content-transfer-encoding:[ \t]*quoted-printable/im.test(text)
    ? text.replace(/=\n/g, '').replace(/=3D/gi, '=').replace(/=20$/gm, ' ')
    : text

/** The text is more than "this is a message in MIME format". */
const saysMore = (text: string): boolean => text.replace(/^.*\bMIME\b.*(?:\n.+)?$/gim, '').trim() !== ''

/** Splits the text at the returned email: the text above it, and the email. */
function splitCopy(text: string): { own: string; tail: string } {
  const lines = text.split('\n')
  const marked = lines.findIndex(isMarker)
  const headed = headIn(lines)
  const at = [marked, headed].filter((line) => line >= 0).sort((a, b) => a - b)[0]
  if (at === undefined) return { own: text, tail: '' }
  const tail = lines.slice(at === marked ? at + 1 : at).join('\n')
  const mail = IS_MIME.test(lines[at]!) ? tail.replace(/^(?:.+\n)*/, '') : tail
  return { own: lines.slice(0, at).join('\n'), tail: mail.replace(/^[\s-]*\n/, '') }
}

const MAIL_WORD = '(?:e-?mail|mail|message)'
const REST_WORDS = `(?:[ -](?:text|body|headers?|info(?:rmation)?|contents?|source|is|was|are|as|follow(?:s|ing)?|attached|below|included|suppressed|begins?|starts?|here))*`
const MARKERS = [
  String.raw`(?:this|below|here|following|included|enclosed|attached|the following)\b.{0,40}\b(?:copy|headers?|part|beginning|contents) of (?:the|your|an?)\b.{0,60}`,
  `(?:the )?(?:headers?|body|text|copy|contents?) of (?:the|your) (?:original |returned |undelivered )?${MAIL_WORD}.{0,40}`,
  `(?:the |your )?(?:original|returned|unsent|forwarded) ${MAIL_WORD}${REST_WORDS}`,
  `(?:the |your )?(?:non-?delivered|undelivered|undeliverable|failed|rejected|bounced) ${MAIL_WORD} (?:text|body|headers?|follows?|is attached|below)${REST_WORDS}`,
  `(?:the |your )?${MAIL_WORD} (?:headers?|body|text|source)${REST_WORDS}`,
  `${MAIL_WORD} (?:follows|as follows)|no message was collected`,
  `(?:start|begin(?:ning)?) of (?:the )?(?:original|returned|forwarded|your) ${MAIL_WORD}.{0,20}`,
  String.raw`(?:mensaje|mensagem|messaggio|message|courriel) (?:original[ei]?|d.origine|devuelto|originario)\b.{0,30}`,
  String.raw`(?:urspr(?:ü|u|ue)ngliche|originale?) (?:nachricht|e-?mail|mail)\b.{0,30}|original-?(?:nachricht|mail)`,
  String.raw`(?:oorspronkelijk|ursprungligt|oprindelig|opprinnelig|oryginalna|původní)\S{0,4} (?:bericht|meddelande|meddelelse|melding|wiadomość|zpráva)\b.{0,30}`,
  '(?:исходн|оригинальн|первоначальн)\\S{2,4} (?:сообщени|письм)\\S.{0,30}',
  '(?:元|オリジナル|送信した|原)(?:の|本)?(?:メール|メッセージ).{0,30}|(?:原始|原)(?:邮件|郵件|信件|メール).{0,20}|원본 ?(?:메시지|메일).{0,20}',
].map((words) => new RegExp(`^(?:${words})$`, 'iu'))

const MAX_MARKER_LENGTH = 120
const IS_MIME = /^[> \t]*content-type:[ \t]*(?:message\/rfc822|text\/rfc822-headers)/i

/** A line that announces the returned email: "--- Below this line is a copy of the message." */
function isMarker(line: string): boolean {
  if (line.length > MAX_MARKER_LENGTH) return false
  if (IS_MIME.test(line)) return true
  const words = line.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  return words !== '' && MARKERS.some((marker) => marker.test(words))
}

const FIELD = /^[> \t]*([a-z][\w-]{1,60}):(?:[ \t]|\S|$)/i
const OF_MAILS =
  /^(?:received|return-path|message-id|dkim-signature|mime-version|delivered-to|x-received|arc-seal|x-originating-ip)$/
const OF_REPORTS =
  /^(?:reporting-mta|final-recipient|original-recipient|action|status|feedback-type|diagnostic-code)$/
const MIN_FIELDS = 3

/** The line where the header of an email begins: consecutive fields, one of which occurs only in emails; or -1. */
function headIn(lines: string[]): number {
  let start = -1
  let names: string[] = []
  for (const [at, line] of [...lines, ''].entries()) {
    const name = FIELD.exec(line)?.[1]?.toLowerCase()
    if (name !== undefined && (names.length === 0 || !/^[> \t]*$/.test(line))) {
      if (names.length === 0) start = at
      names.push(name)
    } else if (names.length === 0 || !/^(?:> ?)?[ \t]+\S/.test(line)) {
      if (isHeadOfMail(names)) return start
      names = []
    }
  }
  return -1
}

const isHeadOfMail = (names: string[]): boolean =>
  names.length >= MIN_FIELDS &&
  names.some((name) => OF_MAILS.test(name)) &&
  !names.some((name) => OF_REPORTS.test(name))

const TAG = /<[^<>]{0,2000}>/g
const LINE_TAG =
  /<(?:br|hr|\/?p|\/?div|\/?tr|\/td|\/?h\d|\/?li|\/?table|\/?pre|\/?blockquote)(?:\s[^<>]{0,500})?\/?>/gi

function textOfHtml(html: string): string {
  const shown = html
    .split(/<(\/?)(?:style|script|title)(?:\s[^<>]{0,500})?>/i)
    .filter((_, at, all) => at % 2 === 0 && all[at - 1] !== '')
  const text = shown.join(' ').replace(/\s+/g, ' ').replace(LINE_TAG, '\n').replace(TAG, '')
  return decodeHTMLStrict(text)
    .replaceAll('\u00a0', ' ')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
}

/** The fields of one recipient in a delivery status report (RFC 3464). */
export interface RecipientStatus {
  recipient: string | null
  /** "failed", "delayed", "delivered", "relayed", "expanded"; null if the field is absent. */
  action: string | null
  /** "5.1.1"; null if the field is absent. */
  status: string | null
  diagnostic: { type: string; text: string } | null
}

const MAX_RECIPIENTS = 200

/** The recipients that a report lists, anywhere in its text, up to 200. Lines must end with a line feed. */
export const parseDeliveryStatus = (report: string): RecipientStatus[] =>
  report
    .split(/\n\s*\n|\n(?=final-recipient:)/i)
    .filter((group) => /^(?:final|original)-recipient:/im.test(group) && /^(?:action|status):/im.test(group))
    .slice(0, MAX_RECIPIENTS)
    .map((group) => toStatus(fieldsOf(group)))

const fieldsOf = (group: string): Map<string, string> =>
  new Map(
    group
      .replace(/\n[ \t]+/g, ' ')
      .split('\n')
      .map((line) => line.split(/:(.*)/s))
      .map(([name = '', value = '']) => [name.trim().toLowerCase(), value.trim()]),
  )

function toStatus(fields: Map<string, string>): RecipientStatus {
  const [, code = null, comment] =
    /^.*?\b([245]\.\d{1,3}\.\d{1,3})\b(.*)$/s.exec(fields.get('status') ?? '') ?? []
  const said = fields.get('diagnostic-code') || comment || (code ? '' : fields.get('status')) || ''
  return {
    recipient: addressOf(fields.get('final-recipient')) ?? addressOf(fields.get('original-recipient')),
    action: fields.get('action')?.toLowerCase().split(/\s/, 1)[0] || null,
    status: code,
    diagnostic: toDiagnostic(said),
  }
}

/** Splits "smtp; 550 …". */
export function toDiagnostic(said: string): RecipientStatus['diagnostic'] {
  const [, type = '', text = ''] = /^(?:([\w-]*)\s*;)?(.*)$/s.exec(said)!
  return text.trim() ? { type: type.toLowerCase(), text: text.trim() } : null
}

/** Reads "rfc822;<ann@mail.example>", or an X.400 address that contains an email address. Null if it contains none. */
function addressOf(value = ''): string | null {
  const whole = value.replace(/^[\w-]+;/, '').replace(/[<>\s]/g, '')
  const held = /RFC-?822=([^/;]+?)(?:@|\(a\))([^/;]+)/i.exec(whole)
  if (held) return `${held[1]}@${held[2]}`
  return /^[^/@][^@]*@[^/=@]+$/.test(whole) ? whole : null
}

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

/** Pattern source for an address in a report, without quotes, brackets and spaces. */
export const ADDRESS = String.raw`[^\s<>()[\]"',;:@=|&]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,250}[\p{L}\p{N}])`

const ANY = new RegExp(ADDRESS, 'giu')

export const findAddresses = (text: string): string[] => text.match(ANY) ?? []

export const isSameAddress = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase()
