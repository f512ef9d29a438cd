import type { SmtpReply } from '../../mail/refusals/classify-refusal.ts'

/** A server reply as quoted in a log, a report or the operator's file. */
export interface QuotedReply extends SmtpReply {
  recipient: string | null
  /** The SMTP command that it replies to, if the text says so. */
  to: 'MAIL' | 'RCPT' | 'DATA' | null
}

const CODE = /(?:^|[:;(] ?|<<< |\bsaid |\bwas | (?=\d{3}-'))['"]?([45]\d\d)(?=[ :=-]|$)/i
const MAX_LINE_LENGTH = 4000

/** The replies in a text that contains only replies; the lines of a multi-line reply are joined. */
export const parseReplies = (text: string): QuotedReply[] => piecesOf(text).map(toAnswer)

/** The replies that a longer text such as a report quotes: "host mx said: 550 …", "<<< 550 …". */
export const findQuotedReplies = (text: string): QuotedReply[] =>
  piecesOf(text)
    .filter((piece) => CODE.test(piece))
    .map(toAnswer)

/** Joins continuation lines: "550-" and "550 ", indented lines, lines after a colon. */
function piecesOf(text: string): string[] {
  const pieces: string[] = []
  let last = { indent: 0, words: '' }
  for (const line of text.split(/\r\n|\n|\r/)) {
    const next = lineOf(line)
    if (next.words && pieces.length > 0 && goesOn(last, next)) pieces.push(`${pieces.pop()} ${next.words}`)
    else if (next.words) pieces.push(next.words)
    last = next
  }
  return pieces
}

interface Line {
  indent: number
  words: string
}

function lineOf(line: string): Line {
  const own = line.replace(/^(?:> ?)+/, '').slice(0, MAX_LINE_LENGTH)
  const words = own.trim()
  return { indent: own.length - own.trimStart().length, words }
}

function goesOn(last: Line, next: Line): boolean {
  if (last.words === '') return false
  const code = CODE.exec(last.words)
  if (!code) return isOpen(last, next)
  const isMore = last.words.slice(code.index + code[0].length).startsWith('-')
  if (isMore && next.words.startsWith(code[1]!)) return true
  return next.indent > 0 && next.indent >= last.indent && !CODE.test(next.words)
}

/** The reply has no code yet and begins on the next line, or the next line continues it. */
const isOpen = (last: Line, next: Line): boolean =>
  CODE.test(next.words) ? last.words.endsWith(':') : next.indent > 0 && next.indent >= last.indent

function toAnswer(piece: string): QuotedReply {
  const found = CODE.exec(piece)
  const start = found ? found.index + found[0].length - 3 : 0
  const answer = piece.slice(start)
  return {
    recipient: recipientIn(piece),
    status: found ? Number(found[1]) : null,
    enhanced: /^(?:\d{3}[ :-]+){1,2}'?([245]\.\d{1,3}\.\d{1,3})\b/.exec(answer)?.[1] ?? null,
    answer,
    to: commandIn(piece),
  }
}

const recipientIn = (piece: string): string | null =>
  /^<?([^<>\s@:]+@[^<>\s@:]+)>?: |RCPT TO: ?<([^<>\s@]+@[^<>\s@]+)>|<([^<>\s@]+@[^<>\s@]+)>: Recipient\b/i
    .exec(piece)
    ?.slice(1)
    .find(Boolean) ?? null

function commandIn(piece: string): QuotedReply['to'] {
  const command = /\b(?:in reply to|after) (?:end of )?(MAIL|RCPT|DATA|BDAT)\b/i
    .exec(piece)?.[1]
    ?.toUpperCase()
  return command === 'BDAT' ? 'DATA' : ((command as QuotedReply['to'] | undefined) ?? null)
}
