import { foldLines } from 'nodemailer/lib/mime-funcs'
import type { ComposedMail } from '../message.ts'
import { type FilledText, writeText } from '../rendering/encoded-text.ts'
import { compileMime, type HeaderInput, plainAddress, type Sender, toOutgoingMail } from './build-mime.ts'

/** An email in quoted-printable, made of parts that other emails share. */
export interface JoinedEmail {
  subject: string
  /** Absent for a subscriber who wants plain text. */
  html?: FilledText[]
  text: FilledText[]
}

/** The strings that differ between emails of one kind and time. */
interface Differing {
  /** The whole folded fields. */
  to: string
  subject: string
  id: string
  unsubscribeToken: string
  token: string
  /** The address that unsubscribes. */
  unsubscribeAddress: string
}

/** What surrounds the text and the HTML. Between the strings are names of the differing ones. */
type Frame = Record<'beforeText' | 'beforeHtml' | 'end', string[]>

const MAX_FRAMES = 1000
const LINE_LENGTH = 76

/**
 * Joins emails of one sender from encoded parts: byte for byte what `buildMime` would build. Headers and boundaries come
 * from nodemailer, once for all emails of a kind and time whose ids and tokens have the same lengths. The recipient's
 * address must be ASCII. Throws message.bad-address.
 */
export function openMimeJoiner(sender: Sender) {
  const frames = new Map<string, Frame>()
  const frameFor = (message: HeaderInput, { to, subject, ...values }: Differing, hasHtml: boolean): Frame => {
    const lengths = Object.values(values).map(({ length }) => length)
    const key = [message.kind, message.datedAt.getTime(), hasHtml, ...lengths].join(' ')
    const frame = frames.get(key) ?? makeFrame(message, { ...values, to, subject }, { sender, hasHtml })
    if (frames.size >= MAX_FRAMES) frames.clear()
    frames.set(key, frame)
    return frame
  }
  return (message: HeaderInput, { subject, html, text }: JoinedEmail): ComposedMail => {
    const to = plainAddress(message.toAddress, message.id)
    const differing: Differing = {
      to: foldLines(`To: ${to}`, LINE_LENGTH),
      subject: foldLines(`Subject: ${subject}`, LINE_LENGTH),
      id: message.id,
      unsubscribeToken: tokenOf(message.unsubscribeUrl),
      token: message.token ?? '',
      unsubscribeAddress: message.returnAddresses?.unsubscribe ?? '',
    }
    const { beforeText, beforeHtml, end } = frameFor(message, differing, html !== undefined)
    const fill = (parts: string[]) =>
      parts.map((part, i) => (i % 2 === 0 ? part : differing[part as keyof Differing])).join('')
    const around = html ? [fill(beforeHtml), ...html] : []
    const parts = [fill(beforeText), ...text, ...around, fill(end)]
    return {
      from: message.returnAddresses?.sender ?? sender.address,
      to,
      // Not before its body begins: the bytes of emails that wait outlive the collections of young garbage.
      get raw() {
        return joined(parts)
      },
    }
  }
}

const tokenOf = (url = ''): string => url.slice(url.lastIndexOf('/') + 1)

/** Lets nodemailer build an email with other values of the same lengths, and cuts it at these. */
function makeFrame(
  message: HeaderInput,
  differing: Differing,
  { sender, hasHtml }: { sender: Sender; hasHtml: boolean },
): Frame {
  const samples = samplesFor(differing)
  const { unsubscribeUrl, returnAddresses } = message
  const mail = toOutgoingMail(
    {
      ...message,
      id: samples.id,
      toAddress: SAMPLE_RECIPIENT,
      unsubscribeUrl: unsubscribeUrl?.replace(differing.unsubscribeToken, samples.unsubscribeToken),
      token: samples.token || undefined,
      returnAddresses: returnAddresses && { ...returnAddresses, unsubscribe: samples.unsubscribeAddress },
    },
    { subject: SAMPLE_SUBJECT, text: SAMPLE_TEXT, ...(hasHtml && { html: SAMPLE_TEXT }) },
    sender,
  )
  const root = compileMime(mail)
  const header = `${root.buildHeaders()}\r\n\r\n`
  const [text = '', html = ''] = root.childNodes.map(
    (node) => `--${root.boundary}\r\n${node.buildHeaders()}\r\n\r\n`,
  )
  return {
    beforeText: cutAt(samples, header + text),
    beforeHtml: cutAt(samples, `\r\n${html}`),
    end: cutAt(samples, hasHtml ? `\r\n--${root.boundary}--\r\n` : ''),
  }
}

const SAMPLE_RECIPIENT = 'recipient@sample'
const SAMPLE_SUBJECT = 'SampleSubject'
/** Too long for 7bit, as the links of every joined email are. */
const SAMPLE_TEXT = `${'x'.repeat(LINE_LENGTH + 1)}\r\n`

/** Values of the same lengths, none of which is a part of another. */
const samplesFor = ({ id, unsubscribeToken, token, unsubscribeAddress }: Differing): Differing => ({
  to: `To: ${SAMPLE_RECIPIENT}`,
  subject: `Subject: ${SAMPLE_SUBJECT}`,
  id: 'a'.repeat(id.length),
  unsubscribeToken: 'b'.repeat(unsubscribeToken.length),
  token: 'c'.repeat(token.length),
  unsubscribeAddress: 'd'.repeat(unsubscribeAddress.length),
})

function cutAt(samples: Differing, whole: string): string[] {
  const nameOf = new Map(Object.entries(samples).map(([name, sample]) => [sample, name]))
  nameOf.delete('')
  const parts = whole.split(new RegExp(`(${[...nameOf.keys()].join('|')})`))
  return parts.map((part, i) => (i % 2 === 0 ? part : nameOf.get(part)!))
}

function joined(parts: readonly (string | FilledText)[]): Buffer {
  const lengthOf = (part: string | FilledText) => (typeof part === 'string' ? part.length : part.text.length)
  const out = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + lengthOf(part), 0))
  let at = 0
  for (const part of parts)
    at = typeof part === 'string' ? at + out.write(part, at, 'latin1') : writeText(out, at, part)
  return out
}
