import { undefinedIfThrown } from '../../core/errors.ts'
import { isObject, list, object, text } from '../json-fields.ts'
import { headerOf, type ParsedMail } from '../mail/parse-mail.ts'
import { isAutoReply, isBounceReport, isChallenge, isDelay, isSuccess } from './classify-mail.ts'
import {
  type BounceClass,
  bareBounce,
  bounceFromQuotedReply,
  bounceFromStatus,
  bounceFromWords,
  type ParsedBounce,
  smtpStageIn,
} from './parsed-bounce.ts'
import { findQuotedReplies, findRecipientWords, type RecipientWords } from './recipient-words.ts'
import {
  embeddedMail,
  findAddresses,
  findReferences,
  isSameAddress,
  type MessageReferences,
  parseDeliveryStatus,
  type RecipientStatus,
  type SplitReport,
  splitReport,
  toDiagnostic,
} from './split-report.ts'

export interface ParsedReport {
  /** 1 to 200 entries. */
  bounces: ParsedBounce[]
  about: MessageReferences
}

const MAX_RECIPIENTS = 200

/**
 * Reads an email that arrived at our return address: failed deliveries (RFC 3464 and the formats of servers that
 * deviate), complaints (RFC 5965), or neither. Never throws. The text of the returned email is not searched for
 * reasons.
 */
export function parseReport(mail: ParsedMail): ParsedReport {
  const divided = splitReport(mail)
  return { bounces: once(bouncesIn(mail, divided)), about: findReferences(mail, divided) }
}

/** Removes duplicates: a report may list a recipient repeatedly. */
function once(bounces: ParsedBounce[]): ParsedBounce[] {
  const keyOf = ({ recipient, class: kind, status }: ParsedBounce) =>
    `${recipient?.toLowerCase()} ${kind} ${status}`
  return [...new Map(bounces.toReversed().map((one) => [keyOf(one), one])).values()]
    .toReversed()
    .slice(0, MAX_RECIPIENTS)
}

/** `mayHold`: the email may contain a forwarded report; one level is read. */
function bouncesIn(mail: ParsedMail, divided: SplitReport, mayHold = true): ParsedBounce[] {
  const complaints = parseComplaint(mail, divided)
  if (complaints) return complaints
  const report = parseJsonReport(divided.own)
  if (report && report.complained.length > 0)
    return report.complained.map((one) => bareBounce('complaint', one))
  const groups = report?.groups ?? parseDeliveryStatus(divided.status || divided.own)
  if (groups.length === 0 && !isBounceReport(mail, divided))
    return [bareBounce(isAutoReply(mail) || isChallenge(mail, divided) ? 'auto-reply' : 'not-a-report')]
  const results = groups.length > 0 ? fromGroups(groups, divided) : fromOwnWords(mail, divided, mayHold)
  const isPending = groups.every(({ action }) => action === null) && isDelay(mail, divided)
  return isPending && !results.some(isRefused) ? results.map(delayed) : results
}

/** The server rejected the email permanently, whatever the rest of the text says. */
const isRefused = ({ class: kind, smtpReply, rule }: ParsedBounce): boolean =>
  rule !== null && (kind === 'dead' || /^5\d\d/.test(smtpReply?.reply ?? ''))

const delayed = (one: ParsedBounce): ParsedBounce => ({ ...one, class: 'delayed', rule: null, sure: false })

/** Uses the status group if it has a telling code or reply, otherwise the text about its recipient. */
function fromGroups(groups: RecipientStatus[], { own }: SplitReport): ParsedBounce[] {
  const said = findRecipientWords(own, () => false)
  return groups.map((group) => {
    const isOf = ({ recipient }: RecipientWords) =>
      group.recipient !== null && isSameAddress(recipient, group.recipient)
    const words = withoutFields(said.find(isOf)?.words ?? (groups.length === 1 ? own : ''))
    const read = bounceFromStatus(group, smtpStageIn(words))
    const byWords = bounceFromWords(words, group.recipient)
    if (read.class !== 'unknown') return { ...read, sure: read.sure && !isAgainst(byWords) }
    if (!byWords || byWords.rule === null) return read
    return {
      ...byWords,
      status: read.status ?? byWords.status,
      diagnostic: read.diagnostic ?? byWords.diagnostic,
    }
  })
}

/** The text gives a reason other than a missing mailbox. */
const isAgainst = (byWords: ParsedBounce | null): boolean =>
  byWords !== null && ['full', 'policy', 'ours'].includes(byWords.class)

const withoutFields = (words: string): string =>
  words.replace(
    /^(?:[\w-]+-mta|arrival-date|final-recipient|original-recipient|action|status|last-attempt-date|diagnostic-code|x-[\w-]+):.*(?:\n[ \t].*)*$/gim,
    '',
  )

function fromOwnWords(mail: ParsedMail, divided: SplitReport, mayHold: boolean): ParsedBounce[] {
  if (isSuccess(mail, divided)) return [bareBounce('not-a-report')]
  const failed = findAddresses(headerOf(mail.headers, 'x-failed-recipients'))
  const copied = findAddresses(headerOf(divided.copyHeaders, 'to'))
  const named = namedIn(mail, divided, { failed, copied })
  if (named.length > 0) return fromNamed(named, mail, divided)
  const inner = embeddedMail(divided)
  if (mayHold && failed.length === 0 && inner.headers.length > 0) {
    const held = splitReport(inner)
    if (isBounceReport(inner, held)) return bouncesIn(inner, held, false)
  }
  const rest = failed.length > 0 ? failed : copied.length === 1 ? copied : originalAddresses(divided)
  if (rest.length > 0) return rest.map((recipient) => fromText(divided.own, recipient, mail))
  const quoted = findQuotedReplies(divided.own)
  return quoted.length > 0 ? quoted.map(bounceFromQuotedReply) : [fromText(divided.own, null, mail)]
}

/**
 * The recipients that the text names: only those of the X-Failed-Recipients header if present, without the senders of
 * the email.
 */
function namedIn(
  mail: ParsedMail,
  { own, copyHeaders }: SplitReport,
  { failed, copied }: { failed: string[]; copied: string[] },
): RecipientWords[] {
  const meant = [...failed, ...copied]
  const senders = [
    ...OF_READER.map((name) => headerOf(mail.headers, name)),
    ...OF_SENDER.map((name) => headerOf(copyHeaders, name)),
  ]
    .flatMap(findAddresses)
    .filter((one) => !meant.some((other) => isSameAddress(one, other)))
  const others = findRecipientWords(own, (address) =>
    senders.some((sender) => isSameAddress(sender, address)),
  )
  const said = others.length > 0 || copied.length > 0 ? others : findRecipientWords(own, () => false)
  return said.filter(
    ({ recipient }) => failed.length === 0 || failed.some((one) => isSameAddress(one, recipient)),
  )
}

const OF_READER = ['to', 'cc', 'delivered-to', 'x-original-to', 'from', 'sender', 'reply-to']
const OF_SENDER = ['from', 'return-path', 'sender', 'reply-to', 'errors-to']

/**
 * Reads the line that names a recipient, else the text after it, else the whole text if no other recipient has a
 * reason.
 */
function fromNamed(named: RecipientWords[], mail: ParsedMail, { own }: SplitReport): ParsedBounce[] {
  const read = named.map(
    ({ recipient, words, lead }) => bounceFromWords(lead, recipient) ?? bounceFromWords(words, recipient),
  )
  const isClassified = read.some((one) => one !== null && one.class !== 'unknown')
  return named.map(({ recipient }, at) => {
    if (isClassified) return read[at] ?? bareBounce('unknown', recipient)
    const whole = fromText(own, recipient, mail)
    return whole.class === 'unknown' ? (read[at] ?? whole) : whole
  })
}

const fromText = (own: string, recipient: string | null, mail: ParsedMail): ParsedBounce => {
  const byWords = bounceFromWords(own, recipient)
  const isClassified = byWords !== null && byWords.class !== 'unknown'
  return (
    (isClassified ? byWords : bounceFromWords(headerOf(mail.headers, 'subject'), recipient)) ??
    byWords ??
    bareBounce('unknown', recipient)
  )
}

/** "(generated from ann@mail.example)" next to a withheld address. */
const originalAddresses = ({ own }: SplitReport): string[] =>
  [
    ...own.matchAll(
      /\((?:(?:ultimately )?(?:generated|expanded) from|originally addressed to):?\s+<?([^\s<>()]{3,320}@[^\s<>()]{1,250})>?\)/gi,
    ),
  ]
    .map(([, address = '']) => address)
    .slice(0, MAX_RECIPIENTS)

const JSON_REPORT = object({
  bounce: object({
    bouncedRecipients: list(object({ emailAddress: text, action: text, status: text, diagnosticCode: text })),
  }),
  complaint: object({ complainedRecipients: list(object({ emailAddress: text })) }),
})

/**
 * A bounce or complaint that a mail service emails as JSON: the recipients, and the server replies that it quotes. Null
 * if the text contains no such JSON.
 */
function parseJsonReport(own: string): { groups: RecipientStatus[]; complained: string[] } | null {
  if (!/"(?:bouncedRecipients|complainedRecipients|notificationType|eventType)\\?"/.test(own)) return null
  const outer = parsed(own.slice(own.indexOf('{'), own.lastIndexOf('}') + 1))
  const inner = typeof outer?.Message === 'string' ? parsed(outer.Message) : outer
  if (!inner) return null
  const { bounce, complaint } = JSON_REPORT.parse(inner)
  return {
    groups: bounce.bouncedRecipients
      .slice(0, MAX_RECIPIENTS)
      .map(({ emailAddress, action, status, diagnosticCode }) => ({
        recipient: emailAddress || null,
        action: action.toLowerCase() || 'failed',
        status: status || null,
        diagnostic: toDiagnostic(diagnosticCode),
      })),
    complained: complaint.complainedRecipients
      .slice(0, MAX_RECIPIENTS)
      .map(({ emailAddress }) => emailAddress)
      .filter(Boolean),
  }
}

function parsed(json: string): Record<string, unknown> | null {
  const value: unknown = undefinedIfThrown(() => JSON.parse(json.replace(/\n/g, ' ')))
  return isObject(value) ? value : null
}

const OF_TYPE: Record<string, BounceClass> = {
  'not-spam': 'not-a-report',
  'auth-failure': 'ours',
  dmarc: 'ours',
  'opt-out': 'unsubscribe',
  'opt-out-list': 'unsubscribe',
}

/** Types of report that name the reader. */
const OF_READERS: BounceClass[] = ['complaint', 'unsubscribe']

/**
 * Reads a feedback report (RFC 5965, RFC 6591, and the formats of mailbox providers that deviate): one entry per reader
 * who complains or unsubscribes, with a null recipient if the report names none. Returns null if the email is no such
 * report.
 */
function parseComplaint(mail: ParsedMail, divided: SplitReport): ParsedBounce[] | null {
  const fields = feedbackFields(mail, divided)
  if (fields === null) return null
  const isOfApple = headerOf(mail.headers, 'x-apple-unsubscribe') === 'true'
  const type = fieldsNamed(fields, 'feedback-type')[0]?.toLowerCase() ?? (isOfApple ? 'opt-out' : 'abuse')
  const kind = OF_TYPE[type] ?? 'complaint'
  const recipients = OF_READERS.includes(kind) ? readersIn(mail, divided, fields) : []
  return recipients.length > 0 ? recipients.map((one) => bareBounce(kind, one)) : [bareBounce(kind)]
}

const SUBJECT = /^complaint about message from|^(?:e-?mail )?(?:abuse|spam) (?:report|complaint)/i

/** The fields of the report; "" for a report without fields; null if the email is no report. */
function feedbackFields(mail: ParsedMail, { own, feedback, copyHeaders }: SplitReport): string | null {
  if (feedback) return feedback
  const header = (name: string) => headerOf(mail.headers, name)
  if (/\breport-type="?feedback-report/i.test(header('content-type'))) return own
  if (/^feedback-type:[ \t]*\S/im.test(own)) return own
  const isOfMicrosoft = [...mail.headers, ...copyHeaders].some(
    ({ name }) => name === 'x-hmxmroriginalrecipient',
  )
  if (isOfMicrosoft || header('x-apple-unsubscribe') === 'true') return ''
  const isOfCompany = /\bstaff@hotmail\.com|\bcomplaints@email-abuse\.|\bscomp@aol\./i.test(header('from'))
  return isOfCompany && SUBJECT.test(header('subject')) ? '' : null
}

const fieldsNamed = (fields: string, name: string): string[] =>
  [...fields.matchAll(new RegExp(`^${name}:[ \\t]*(.+)$`, 'gim'))].map(([, value = '']) => value.trim())

function readersIn(mail: ParsedMail, { copyHeaders }: SplitReport, fields: string): string[] {
  const headers = [...mail.headers, ...copyHeaders]
  const strategies = [
    () => fieldsNamed(fields, 'original-rcpt-to'),
    () => fieldsNamed(fields, 'removal-recipient'),
    () => headers.filter(({ name }) => name === 'x-hmxmroriginalrecipient').map(({ value }) => value),
    () => copyHeaders.filter(({ name }) => name === 'to').map(({ value }) => value),
  ]
  for (const strategy of strategies) {
    const addresses = strategy()
      .flatMap(findAddresses)
      .filter((address) => !isRedacted(address))
    if (addresses.length > 0) return [...new Map(addresses.map((one) => [one.toLowerCase(), one])).values()]
  }
  return []
}

/** "redacted@…", or a hash as the local part: not a real address. */
const isRedacted = (address: string): boolean =>
  /^(?:redacted|hidden|removed|x{3,}|\*+|undisclosed)\b/i.test(address) || /^[\da-f]{32,}@/i.test(address)
