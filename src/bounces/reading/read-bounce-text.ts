import { parseMail } from '../mail/parse-mail.ts'
import { parseReport } from './parse-report.ts'
import { bounceFromReply, type ParsedBounce } from './parsed-bounce.ts'
import { parseReplies } from './quoted-replies.ts'

export interface BounceReading {
  /** A whole mail, such as a report; else answers alone. */
  isMail: boolean
  returned: ParsedBounce[]
}

/** A text of answers, one to a line, or a whole mail: then what it reports. */
export async function readBounceText(input: string | Uint8Array): Promise<BounceReading> {
  if (!isMail(input))
    return { isMail: false, returned: parseReplies(linesOf(input)).map((answer) => bounceFromReply(answer)) }
  const mail = await parseMail(typeof input === 'string' ? bytesOf(input) : input)
  return { isMail: true, returned: parseReport(mail).returned }
}

/** Text whose letters are all bytes stands for them: a mail names the charset of each of its parts itself. */
const bytesOf = (text: string): Buffer => Buffer.from(text, /[^\0-\xff]/.test(text) ? 'utf8' : 'latin1')

const HEADER =
  /^(?:received|return-path|from|to|date|subject|message-id|mime-version|content-type|delivered-to|x-[\w-]+):/im

const headOf = (text: string): string => text.trimStart().split('\n\n', 1)[0]!

const linesOf = (input: string | Uint8Array): string =>
  (typeof input === 'string' ? input : Buffer.from(input).toString('latin1')).replace(/\r\n?/g, '\n')

/** Whether it begins as a mail does, with fields. */
export function isMail(input: string | Uint8Array): boolean {
  const lines = linesOf(input)
  return /^(?:[\w-]+:|From )/.test(lines.trimStart()) && HEADER.test(headOf(lines))
}
