import { redact } from '../../core/log.ts'
import type { SmtpFault, SmtpStage } from '../refusals/classify-reply.ts'

/** nodemailer's error for a failed try. `response`: the server's lines, joined with \n. */
export type SmtpError = Error & { code?: string; command?: string; response?: string }

const MAX_REPLY_LENGTH = 500
/** Search limit for addresses and tokens: on a line without blanks, the search takes quadratic time. */
const MAX_SEARCHED_LENGTH = 4000
const MAX_ADDRESS_LENGTH = 320

const STAGE_OF_COMMAND: Record<string, SmtpStage> = { 'MAIL FROM': 'mail', 'RCPT TO': 'rcpt', DATA: 'data' }

/** The three digits of a reply; null unless all its lines begin with them, as RFC 5321, 4.2.1 requires. */
export function replyCode(reply: string): number | null {
  const lines = reply.split('\n')
  const code = /^[2-5]\d\d/.exec(reply)?.[0]
  const isWhole = lines.every((line, i) => {
    const rest = line.slice(3)
    const isLast = i === lines.length - 1
    return line.slice(0, 3) === code && (isLast ? rest === '' || rest[0] === ' ' : rest[0] === '-')
  })
  return code !== undefined && isWhole ? Number(code) : null
}

/** `stage`: how far the session got, used if the error does not name the command that failed. */
export function toSmtpFault(
  error: SmtpError,
  { stage, bodyWritten, recipient }: { stage: SmtpStage; bodyWritten: boolean; recipient?: string },
): SmtpFault {
  const repliedStage = error.code === 'EMESSAGE' ? 'dot' : STAGE_OF_COMMAND[error.command ?? '']
  const code = error.response ? replyCode(error.response) : null
  // A positive code after a failure, or a malformed reply, is not a reply to our command.
  const status = code !== null && code >= 400 ? code : null
  return {
    stage: error.response && repliedStage ? repliedStage : stage,
    bodyWritten,
    status,
    enhanced: (status && error.response?.match(/^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/)?.[1]) || null,
    reply: redactReply(error.response ?? error.message, recipient),
  }
}

/**
 * A reply as it is stored: one line of up to 500 characters, without tokens, addresses, or the recipient's local part.
 * Replies are kept forever, even after the subscriber is erased. Postgres cannot store NUL.
 */
export const redactReply = (reply: string, recipient?: string): string =>
  withoutLocalPart(redact(truncated(reply)), recipient)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_REPLY_LENGTH)
    .toWellFormed()

/** Avoids a cut in the middle of an address. */
function truncated(reply: string): string {
  if (reply.length <= MAX_SEARCHED_LENGTH) return reply
  const cut = reply.slice(0, MAX_SEARCHED_LENGTH)
  const lastWord = /\S*$/.exec(cut.slice(-MAX_ADDRESS_LENGTH))?.[0] ?? ''
  return cut.slice(0, cut.length - lastWord.length)
}

/** Some servers repeat only the local part: "550 5.1.1 ann: no such user". */
function withoutLocalPart(reply: string, recipient = ''): string {
  const localPart = recipient.slice(0, Math.max(0, recipient.lastIndexOf('@')))
  if (localPart === '' || !reply.toUpperCase().includes(localPart.toUpperCase())) return reply
  const mailbox = localPart.replace(/[^\w]/g, '\\$&')
  return reply.replace(new RegExp(`(?<![\\w.+-])${mailbox}(?![\\w+-])`, 'gi'), '[address]')
}
