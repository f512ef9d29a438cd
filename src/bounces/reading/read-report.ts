import { headerOf, type ReturnedMail } from '../mail/returned-mail.ts'
import { type About, aboutIn } from './about.ts'
import { addressesIn, isSame } from './address.ts'
import { type Addressed, addressedIn } from './addressed-words.ts'
import { complaintIn } from './complaint.ts'
import { type DeliveryStatus, deliveryStatusIn } from './delivery-status.ts'
import { jsonNoticeIn } from './json-notice.ts'
import { isAnswer, isChallenge, isDelay, isReport, isSuccess } from './kind-of-mail.ts'
import { type Divided, divide, innerMail } from './own-words.ts'
import { answersQuotedIn } from './quoted-answers.ts'
import { fromQuoted, fromStatus, fromWords, only, type Returned, stageIn } from './returned.ts'

export interface Report {
  /** One at least, at most 200. */
  returned: Returned[]
  about: About
}

const MOST = 200

/**
 * What a mail that came back says: of failed mails (RFC 3464 and what servers write in its place), of complaints
 * (RFC 5965), or nothing of either. It never throws. The mail that is sent back in it is not read for reasons.
 */
export function readReport(mail: ReturnedMail): Report {
  const divided = divide(mail)
  return { returned: once(returnedIn(mail, divided)), about: aboutIn(mail, divided) }
}

/** A report may list a recipient over and over. */
function once(returned: Returned[]): Returned[] {
  const keyOf = ({ recipient, class: kind, status }: Returned) =>
    `${recipient?.toLowerCase()} ${kind} ${status}`
  return [...new Map(returned.toReversed().map((one) => [keyOf(one), one])).values()]
    .toReversed()
    .slice(0, MOST)
}

/** `mayHold`: a report may be sent on as a whole; one level of that is read. */
function returnedIn(mail: ReturnedMail, divided: Divided, mayHold = true): Returned[] {
  const complaints = complaintIn(mail, divided)
  if (complaints) return complaints
  const notice = jsonNoticeIn(divided.own)
  if (notice && notice.complained.length > 0) return notice.complained.map((one) => only('complaint', one))
  const groups = notice?.groups ?? deliveryStatusIn(divided.status || divided.own)
  if (groups.length === 0 && !isReport(mail, divided))
    return [only(isAnswer(mail) || isChallenge(mail, divided) ? 'auto-reply' : 'not-a-report')]
  const told = groups.length > 0 ? fromGroups(groups, divided) : fromOwnWords(mail, divided, mayHold)
  const isPending = groups.every(({ action }) => action === null) && isDelay(mail, divided)
  return isPending && !told.some(isRefused) ? told.map(delayed) : told
}

/** A server said no for good: whatever the rest sounds like. */
const isRefused = ({ class: kind, answer, rule }: Returned): boolean =>
  rule !== null && (kind === 'dead' || /^5\d\d/.test(answer?.answer ?? ''))

const delayed = (one: Returned): Returned => ({ ...one, class: 'delayed', rule: null, sure: false })

/** Each group with a code or an answer that says something; else with what the words say of its recipient. */
function fromGroups(groups: DeliveryStatus[], { own }: Divided): Returned[] {
  const said = addressedIn(own, () => false)
  return groups.map((group) => {
    const isOf = ({ recipient }: Addressed) => group.recipient !== null && isSame(recipient, group.recipient)
    const words = withoutFields(said.find(isOf)?.words ?? (groups.length === 1 ? own : ''))
    const read = fromStatus(group, stageIn(words))
    const heard = fromWords(words, group.recipient)
    if (read.class !== 'unknown') return { ...read, sure: read.sure && !isAgainst(heard) }
    if (!heard || heard.rule === null) return read
    return { ...heard, status: read.status ?? heard.status, diagnostic: read.diagnostic ?? heard.diagnostic }
  })
}

/** Something else than that nobody is there. */
const isAgainst = (heard: Returned | null): boolean =>
  heard !== null && ['full', 'policy', 'ours'].includes(heard.class)

/** Fields for programs are no words. */
const withoutFields = (words: string): string =>
  words.replace(
    /^(?:[\w-]+-mta|arrival-date|final-recipient|original-recipient|action|status|last-attempt-date|diagnostic-code|x-[\w-]+):.*(?:\n[ \t].*)*$/gim,
    '',
  )

function fromOwnWords(mail: ReturnedMail, divided: Divided, mayHold: boolean): Returned[] {
  if (isSuccess(mail, divided)) return [only('not-a-report')]
  const failed = addressesIn(headerOf(mail.headers, 'x-failed-recipients'))
  const copied = addressesIn(headerOf(divided.copyHeaders, 'to'))
  const named = namedIn(mail, divided, { failed, copied })
  if (named.length > 0) return fromNamed(named, mail, divided)
  const inner = innerMail(divided)
  if (mayHold && failed.length === 0 && inner.headers.length > 0) {
    const held = divide(inner)
    if (isReport(inner, held)) return returnedIn(inner, held, false)
  }
  const rest = failed.length > 0 ? failed : copied.length === 1 ? copied : madeFrom(divided)
  if (rest.length > 0) return rest.map((recipient) => fromText(divided.own, recipient, mail))
  const quoted = answersQuotedIn(divided.own)
  return quoted.length > 0 ? quoted.map(fromQuoted) : [fromText(divided.own, null, mail)]
}

/** Whom the words name: of those that a header names, where there is one; not whoever sent the mail, if that shows. */
function namedIn(
  mail: ReturnedMail,
  { own, copyHeaders }: Divided,
  { failed, copied }: { failed: string[]; copied: string[] },
): Addressed[] {
  const meant = [...failed, ...copied]
  const senders = [
    ...OF_READER.map((name) => headerOf(mail.headers, name)),
    ...OF_SENDER.map((name) => headerOf(copyHeaders, name)),
  ]
    .flatMap(addressesIn)
    .filter((one) => !meant.some((other) => isSame(one, other)))
  const others = addressedIn(own, (address) => senders.some((sender) => isSame(sender, address)))
  const said = others.length > 0 || copied.length > 0 ? others : addressedIn(own, () => false)
  return said.filter(({ recipient }) => failed.length === 0 || failed.some((one) => isSame(one, recipient)))
}

const OF_READER = ['to', 'cc', 'delivered-to', 'x-original-to', 'from', 'sender', 'reply-to']
const OF_SENDER = ['from', 'return-path', 'sender', 'reply-to', 'errors-to']

/** By the line that names somebody, else by what follows it, else by all words where no other reason stands there. */
function fromNamed(named: Addressed[], mail: ReturnedMail, { own }: Divided): Returned[] {
  const read = named.map(
    ({ recipient, words, lead }) => fromWords(lead, recipient) ?? fromWords(words, recipient),
  )
  const isTold = read.some((one) => one !== null && one.class !== 'unknown')
  return named.map(({ recipient }, at) => {
    if (isTold) return read[at] ?? only('unknown', recipient)
    const whole = fromText(own, recipient, mail)
    return whole.class === 'unknown' ? (read[at] ?? whole) : whole
  })
}

const fromText = (own: string, recipient: string | null, mail: ReturnedMail): Returned => {
  const heard = fromWords(own, recipient)
  const isTold = heard !== null && heard.class !== 'unknown'
  return (
    (isTold ? heard : fromWords(headerOf(mail.headers, 'subject'), recipient)) ??
    heard ??
    only('unknown', recipient)
  )
}

/** "(generated from ann@mail.example)" beside a name that is kept back. */
const madeFrom = ({ own }: Divided): string[] =>
  [
    ...own.matchAll(
      /\((?:(?:ultimately )?(?:generated|expanded) from|originally addressed to):?\s+<?([^\s<>()]{3,320}@[^\s<>()]{1,250})>?\)/gi,
    ),
  ]
    .map(([, address = '']) => address)
    .slice(0, MOST)
