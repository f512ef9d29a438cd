import type { SmtpReply } from '../../mail/refusals/classify-refusal.ts'

/** An answer of a server as somebody wrote it down: in a log, in a report, in a file of the operator's. */
export interface QuotedReply extends SmtpReply {
  recipient: string | null
  /** To which command, where the words tell. */
  to: 'MAIL' | 'RCPT' | 'DATA' | null
}

const CODE = /(?:^|[:;(] ?|<<< |\bsaid |\bwas | (?=\d{3}-'))['"]?([45]\d\d)(?=[ :=-]|$)/i
const MAX_LINE_LENGTH = 4000

/** Every answer of a text that holds answers alone: one to a line, however many lines a server made of it. */
export const parseReplies = (text: string): QuotedReply[] => piecesOf(text).map(toAnswer)

/** The answers that a longer text quotes, such as a report: "host mx said: 550 …", "<<< 550 …". */
export const findQuotedReplies = (text: string): QuotedReply[] =>
  piecesOf(text)
    .filter((piece) => CODE.test(piece))
    .map(toAnswer)

/** Lines, each with those that carry it on: "550-" and "550 ", an indent, what comes after a colon. */
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

/** No code yet: the answer begins on the next line, or what was said before goes on. */
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
