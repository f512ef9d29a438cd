import { redact } from '../../core/log.ts'
import type { SmtpFault, SmtpStage } from '../refusals/classify-reply.ts'

/** What nodemailer says of a try that failed. `response`: the server's lines, with \n between them. */
export type SmtpError = Error & { code?: string; command?: string; response?: string }

const MAX_REPLY_LENGTH = 500
/** Addresses and tokens are looked for in no more: on a line without blanks that takes the square of its length. */
const MAX_SEARCHED_LENGTH = 4000
const MAX_ADDRESS_LENGTH = 320

const STAGE_OF_COMMAND: Record<string, SmtpStage> = { 'MAIL FROM': 'mail', 'RCPT TO': 'rcpt', DATA: 'data' }

/**
 * The three digits of a reply whose lines all begin with them, as RFC 5321, 4.2.1 has it; null where it is no such
 * reply.
 */
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

/** `stage`: how far it came, where the error does not say which command was answered. */
export function toSmtpFault(
  error: SmtpError,
  { stage, bodyWritten, recipient }: { stage: SmtpStage; bodyWritten: boolean; recipient?: string },
): SmtpFault {
  const repliedStage = error.code === 'EMESSAGE' ? 'dot' : STAGE_OF_COMMAND[error.command ?? '']
  const code = error.response ? replyCode(error.response) : null
  // Words that say yes where the try failed, or none that anybody knows, are no answer to what was asked.
  const status = code !== null && code >= 400 ? code : null
  return {
    stage: error.response && repliedStage ? repliedStage : stage,
    bodyWritten,
    status,
    enhanced: (status && error.response?.match(/^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/)?.[1]) || null,
    answer: redactReply(error.response ?? error.message, recipient),
  }
}

/**
 * An answer as it is kept: one line of at most 500 characters, without tokens, any address, or the recipient's local
 * part. Answers are kept for ever, those of somebody who was erased too; Postgres keeps no NUL.
 */
export const redactReply = (answer: string, recipient?: string): string =>
  withoutLocalPart(redact(truncated(answer)), recipient)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_REPLY_LENGTH)
    .toWellFormed()

/** Does not end in the middle of an address. */
function truncated(answer: string): string {
  if (answer.length <= MAX_SEARCHED_LENGTH) return answer
  const cut = answer.slice(0, MAX_SEARCHED_LENGTH)
  const lastWord = /\S*$/.exec(cut.slice(-MAX_ADDRESS_LENGTH))?.[0] ?? ''
  return cut.slice(0, cut.length - lastWord.length)
}

/** Some servers say the local part alone: "550 5.1.1 ann: no such user". */
function withoutLocalPart(answer: string, recipient = ''): string {
  const mailbox = recipient.slice(0, Math.max(0, recipient.lastIndexOf('@'))).replace(/[^\w]/g, '\\$&')
  if (mailbox === '') return answer
  return answer.replace(new RegExp(`(?<![\\w.+-])${mailbox}(?![\\w+-])`, 'gi'), '[address]')
}
