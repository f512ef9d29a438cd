import type { SmtpReply } from '../../mail/refusals/classify-refusal.ts'
import type { RepliedCommand } from '../../mail/refusals/refusal-rule.ts'
import { ADDRESS } from './split-report.ts'

export interface RecipientWords {
  recipient: string
  words: string
  /** The rest of the line that names the recipient, if it has one, up to the next empty line. */
  lead: string
}

interface Found {
  recipient: string
  says: string
  /** The text that follows is about another recipient. */
  isWhole?: boolean
}

const MAX_LINE_LENGTH = 1000
const MAX_LINES = 40
const MAX_WORDS = 4000
const MAX_RECIPIENTS = 200

const pattern = (source: string): RegExp => new RegExp(source.replaceAll('ADDRESS', ADDRESS), 'iu')

/** Lines that mention an address that is not the failed recipient. */
const OTHERS =
  /\b(?:contact|assist\w*|help|questions?|support|write to|reply|postmaster|administrator|visit|from|sender|reporting-mta|on behalf|return-path|cc|reply-to|generated from|expanded from|hello|dear|hi)\b/i
const FAILURE =
  /\b(?:not|no|un\w+|fail\w*|err\w*|undeliver\w*|reject\w*|invalid|bounce\w*|refus\w*|could ?n.t|delay\w*|recipient|address|mailbox|rcpt)\b|конверт|адрес|доставл|できません|宛先|送信|失敗|退|无法|失败/i

const ALONE = pattern(String.raw`^[^\p{L}\p{N}<]*[<"'(]{0,3}(ADDRESS)[^\p{L}\p{N}]*$`)
const NAMED = pattern(String.raw`^[^@:]{0,60}<(ADDRESS)>[^\p{L}\p{N}]*$`)
const LEADING = pattern(String.raw`^[^\p{L}\p{N}<"']*[<"']{0,2}(ADDRESS)[>"']{0,2}[ \t:,.](.*)$`)
const LABELLED = pattern(
  String.raw`^[^@]{0,30}\b(?:recipients?|addressed to|destinat\p{L}+|empf(?:ä|ae)nger|получател\p{L}+|宛先|收件人)(?: address)?\b.{0,10}[:=] *<?(?:rfc822; *)?(ADDRESS)\b(.*)$`,
)
const OF_X400 = pattern(String.raw`^[^@]{0,300}\bSMTP=(ADDRESS)(.*)$`)
const WITHIN = pattern('^.{0,300}?(ADDRESS)')
const REPLY = pattern(
  String.raw`^[^\p{L}\p{N}]*(?:[45]\d\d[ -])?(?:[45]\.\d{1,3}\.\d{1,3} )?<(ADDRESS)>(?:\.\.\.|[:,]| )`,
)

const COMMAND = pattern(String.raw`^[> \t]*(?:RCPT TO|In: +RCPT TO): ?<?(ADDRESS)`)

const found = (match: RegExpExecArray | null, says = ''): Found | null =>
  match?.[1] === undefined ? null : { recipient: match[1], says }

/** How a line may name a recipient. The first strategy that finds one is used for the whole report. */
const STRATEGIES: ((line: string) => Found | null)[] = [
  (line) => {
    const alone = found(ALONE.exec(line)) ?? (OTHERS.test(line) ? null : found(NAMED.exec(line)))
    if (alone) return alone
    const leading = LEADING.exec(line) ?? LABELLED.exec(line) ?? OF_X400.exec(line)
    return found(leading, leading?.[2] ?? '')
  },
  (line) => {
    const reply = found(REPLY.exec(line), line)
    return reply ? { ...reply, isWhole: true } : found(COMMAND.exec(line))
  },
  (line) => (FAILURE.test(line) && !OTHERS.test(line) ? found(WITHIN.exec(line), line) : null),
]

/**
 * The failed recipients and the reasons in the text of a report: a line that names an address, and the text up to the
 * next such line. Addresses on consecutive lines share the text that follows. `isNot` excludes the sender. Empty if the
 * text names no recipient.
 */
export function findRecipientWords(own: string, isNot: (address: string) => boolean): RecipientWords[] {
  const lines = own.split('\n').map((line) => line.replace(/^(?:> ?)+/, '').slice(0, MAX_LINE_LENGTH))
  for (const strategy of STRATEGIES) {
    const all = sectionsOf(lines, (line) => {
      const one = strategy(line)
      return one && !isNot(one.recipient) ? one : null
    })
    if (all.length > 0) return merged(all)
  }
  return []
}

function sectionsOf(lines: string[], namedIn: (line: string) => Found | null): RecipientWords[] {
  const sections: RecipientWords[] = []
  let open: { recipients: string[]; lines: string[]; isWhole?: boolean; hasLead: boolean } | null = null
  const close = () => {
    const words = open?.lines.join('\n').slice(0, MAX_WORDS) ?? ''
    const lead = open?.hasLead ? words.split(/\n\s*\n/, 1)[0]! : ''
    for (const recipient of open?.recipients ?? []) sections.push({ recipient, words, lead })
  }
  for (const line of lines) {
    const named = namedIn(line)
    if (!named) {
      if (open && !open.isWhole && open.lines.length < MAX_LINES) open.lines.push(line)
      continue
    }
    const isBare = open !== null && open.lines.join('').trim() === ''
    if (isBare) open!.recipients.push(named.recipient)
    else {
      close()
      if (sections.length > MAX_RECIPIENTS) return sections
      open = { recipients: [named.recipient], lines: [], isWhole: named.isWhole ?? false, hasLead: false }
    }
    if (!named.says.trim()) continue
    open!.lines.push(named.says.trim())
    open!.hasLead = true
  }
  close()
  return sections
}

function merged(sections: RecipientWords[]): RecipientWords[] {
  const all = new Map<string, RecipientWords>()
  for (const { recipient, words, lead } of sections) {
    const known = all.get(recipient.toLowerCase())
    if (known)
      Object.assign(known, {
        words: `${known.words}\n${words}`.slice(0, MAX_WORDS),
        lead: known.lead || lead,
      })
    else all.set(recipient.toLowerCase(), { recipient, words, lead })
  }
  return [...all.values()]
}

/** A server reply as quoted in a log, a report or the operator's file. */
export interface QuotedReply extends SmtpReply {
  recipient: string | null
  /** The SMTP command that it replies to, if the text says so. */
  to: RepliedCommand
}

const CODE = /(?:^|[:;(] ?|<<< |\bsaid |\bwas | (?=\d{3}-'))['"]?([45]\d\d)(?=[ :=-]|$)/i
const MAX_QUOTED_LINE_LENGTH = 4000

/** The replies in a text that contains only replies; the lines of a multi-line reply are joined. */
export const parseReplies = (text: string): QuotedReply[] => piecesOf(text).map(toReply)

/** The replies that a longer text such as a report quotes: "host mx said: 550 …", "<<< 550 …". */
export const findQuotedReplies = (text: string): QuotedReply[] =>
  piecesOf(text)
    .filter((piece) => CODE.test(piece))
    .map(toReply)

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
  const own = line.replace(/^(?:> ?)+/, '').slice(0, MAX_QUOTED_LINE_LENGTH)
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

function toReply(piece: string): QuotedReply {
  const found = CODE.exec(piece)
  const start = found ? found.index + found[0].length - 3 : 0
  const reply = piece.slice(start)
  return {
    recipient: recipientIn(piece),
    status: found ? Number(found[1]) : null,
    enhanced: /^(?:\d{3}[ :-]+){1,2}'?([245]\.\d{1,3}\.\d{1,3})\b/.exec(reply)?.[1] ?? null,
    reply,
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
