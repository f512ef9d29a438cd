import { parseMail } from '../mail/parse-mail.ts'
import { parseReport } from './parse-report.ts'
import { bounceFromReply, type ParsedBounce } from './parsed-bounce.ts'
import { parseReplies } from './recipient-words.ts'

export interface BounceReading {
  /** The input was a whole email, such as a report; otherwise it contained only replies. */
  isMail: boolean
  bounces: ParsedBounce[]
}

export async function readBounceText(input: string | Uint8Array): Promise<BounceReading> {
  if (!isMail(input))
    return { isMail: false, bounces: parseReplies(linesOf(input)).map((reply) => bounceFromReply(reply)) }
  const mail = await parseMail(typeof input === 'string' ? bytesOf(input) : input)
  return { isMail: true, bounces: parseReport(mail).bounces }
}

/**
 * Text that only has characters below U+0100 is treated as raw bytes, since each part of an email names its own
 * charset.
 */
const bytesOf = (text: string): Buffer => Buffer.from(text, /[^\0-\xff]/.test(text) ? 'utf8' : 'latin1')

const HEADER =
  /^(?:received|return-path|from|to|date|subject|message-id|mime-version|content-type|delivered-to|x-[\w-]+):/im

const linesOf = (input: string | Uint8Array): string =>
  (typeof input === 'string' ? input : Buffer.from(input).toString('latin1')).replace(/\r\n?/g, '\n')

export function isMail(input: string | Uint8Array): boolean {
  const lines = linesOf(input).trimStart()
  return /^(?:[\w-]+:|From )/.test(lines) && HEADER.test(lines.split('\n\n', 1)[0]!)
}
