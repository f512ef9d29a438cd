import { randomBytes } from 'node:crypto'
import { Fault } from '../../core/errors.ts'
import { LruCache } from '../../core/lru-cache.ts'

/** The header of an email in plain data, the input of nodemailer. */
export interface HeaderData {
  from: Mailbox
  to: Mailbox
  replyTo?: Mailbox
  subject: string
  /** With its angle brackets. */
  messageId: string
  date: Date
  /** Part of the MIME boundaries. */
  boundary: string
  /** All other fields, each once, in ASCII. */
  headers: Record<string, string>
}

/** Never a string such as "Name <address>": that would be parsed, and may contain several addresses. */
interface Mailbox {
  name: string
  address: string
}

type Compose = (mail: HeaderData) => string

/** Made up for each process: no setting and no text can contain it. */
const MARK = randomBytes(12).toString('hex')
const SAMPLES = {
  to: `to${MARK}@sample.example`,
  subject: `subject${MARK}`,
  messageId: `id${MARK}`,
  boundary: `boundary${MARK}`,
  unsubscribe: `unsubscribe${MARK}`,
  token: `token${MARK}`,
}
type Name = keyof typeof SAMPLES
const NAMES = Object.keys(SAMPLES) as Name[]
const CUT = new RegExp(`(${Object.values(SAMPLES).join('|')})`)
const nameOf = new Map(NAMES.map((name) => [SAMPLES[name] as string, name]))

/** The header fields with values that differ between emails of one kind and time. */
export const UNSUBSCRIBE_FIELD = 'List-Unsubscribe'
/** The header field with the token of a message. */
export const TOKEN_FIELD = 'X-Daily-Papers-Message'

/** A header, cut at the values that differ: every second string is a name. */
type Frame = readonly string[]

const MAX_FRAMES = 1000
const frames = new LruCache<string, Frame>(MAX_FRAMES)

/**
 * The header of an email, as `compose` would write it: that takes more time than all else of a digest, so it writes one
 * for all emails of a kind and time. Throws message.bad-header.
 */
export function joinHeader(mail: HeaderData, compose: Compose): string {
  if (!isPlain(mail)) return compose(mail)
  const key = keyOf(mail)
  const frame = frames.get(key) ?? frames.set(key, makeFrame(mail, compose))
  const values = {
    to: mail.to.address,
    subject: folded('Subject: ', mail.subject),
    messageId: mail.messageId.slice(1, -1),
    boundary: mail.boundary,
    unsubscribe: folded(`${UNSUBSCRIBE_FIELD}: `, mail.headers[UNSUBSCRIBE_FIELD] ?? ''),
    token: mail.headers[TOKEN_FIELD] ?? '',
  }
  return frame.map((part, i) => (i % 2 === 0 ? part : values[part as Name])).join('')
}

/** Whether header fields contain address and subject as they are. */
const isPlain = ({ to, subject }: HeaderData): boolean =>
  /^[!-~]+$/.test(to.address) &&
  !/^\.|\.\.|\.@/.test(to.address) &&
  /^[ -~]+$/.test(subject) &&
  !subject.includes('=?')

const keyOf = ({ from, replyTo, date, headers }: HeaderData): string => {
  const others = Object.entries(headers).map(([name, value]) =>
    name === UNSUBSCRIBE_FIELD || name === TOKEN_FIELD ? name : `${name}: ${value}`,
  )
  return [from.name, from.address, replyTo?.address, date.getTime(), ...others].join('\n')
}

function makeFrame(mail: HeaderData, compose: Compose): Frame {
  const headers = { ...mail.headers }
  const differing: Name[] = ['to', 'subject', 'messageId', 'boundary']
  if (headers[UNSUBSCRIBE_FIELD]) {
    headers[UNSUBSCRIBE_FIELD] = SAMPLES.unsubscribe
    differing.push('unsubscribe')
  }
  if (headers[TOKEN_FIELD]) {
    headers[TOKEN_FIELD] = SAMPLES.token
    differing.push('token')
  }
  const { subject, boundary } = SAMPLES
  const to = { name: '', address: SAMPLES.to }
  const messageId = `<${SAMPLES.messageId}>`
  const header = compose({ ...mail, to, subject, messageId, boundary, headers })
  const isUnique = differing.every((name) => header.split(SAMPLES[name]).length === 2)
  if (!isUnique) throw new Fault('message.bad-header', { fields: differing.join(', ') })
  return header.split(CUT).map((part, i) => (i % 2 === 0 ? part : nameOf.get(part)!))
}

const MAX_LINE_LENGTH = 76

/** The value of a field, with a line break before a word that exceeds the line (RFC 5322, 2.2.3). */
function folded(name: string, value: string): string {
  if (name.length + value.length <= MAX_LINE_LENGTH) return value
  const [first = '', ...words] = value.split(' ')
  let result = first
  let width = name.length + first.length
  for (const word of words) {
    const fits = width + 1 + word.length <= MAX_LINE_LENGTH
    result += fits ? ` ${word}` : `\r\n ${word}`
    width = word.length + 1 + (fits ? width : 0)
  }
  return result
}
