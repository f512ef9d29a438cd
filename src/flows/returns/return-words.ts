import type { ListedReturn } from '../../bounces/returned-list-store.ts'
import type { FoundBy } from '../../bounces/returned-store.ts'
import { REFUSAL_WORDS } from '../messages/refusal-words.ts'

type Known = Pick<ListedReturn, 'class' | 'status' | 'sure' | 'answer' | 'foundBy' | 'done' | 'isRead'>

/** A mail that was taken did not arrive after all. Of a report that cannot be read, nobody knows what it says. */
const isFailure = ({ class: kind, isRead }: Pick<Known, 'class' | 'isRead'>): boolean =>
  isFailureClass(kind) && (kind !== 'unknown' || isRead)

/** Of a mail that did not arrive. */
export const isFailureClass = (kind: string): boolean => Object.hasOwn(REFUSAL_WORDS, kind)

/** The newest return that says so; undefined where none does. Oldest first. */
export const newestFailure = <T extends Pick<Known, 'class' | 'isRead'>>(
  returns: readonly T[],
): T | undefined => returns.findLast(isFailure)

const OTHERS: Partial<Record<Known['class'], string>> = {
  complaint: 'Its reader complained that it is spam',
  delayed: 'Delayed: their server has not passed it on yet, and goes on trying',
  'auto-reply': 'An automatic answer came',
  'not-a-report': 'A mail came that is no report of anything',
  unsubscribe: 'Its reader wants to unsubscribe',
}

/** "no such mailbox (5.1.1)"; "complaint" and the like where it is none of a failed mail. */
export function classText({ class: kind, status }: { class: string; status: string | null }): string {
  const words = (REFUSAL_WORDS as Record<string, string | undefined>)[kind] ?? kind
  return status ? `${words} (${status})` : words
}

/** What each class means, for whoever reads how many there were. */
export const CLASS_MEANINGS: Readonly<Record<string, string>> = {
  dead: 'there is no such mailbox',
  full: 'the mailbox is full, or switched off',
  policy: 'the receiver did not want the mail, or its sender',
  ours: 'something is wrong on our side',
  temporary: 'it could not be delivered in time',
  unknown: 'it does not say why, or could not be read',
  complaint: 'a reader pressed “spam”',
  delayed: 'their server goes on trying',
  'auto-reply': 'an automatic answer',
  'not-a-report': 'a mail that is no report',
  unsubscribe: 'a wish to unsubscribe, by mail or from a mail service',
}

/** What came: "It came back: no such mailbox (5.1.1): 550 5.1.1 nobody here". */
function cameText(one: Known): string {
  if (!one.isRead) return 'A report came that could not be read'
  const what = OTHERS[one.class] ?? `It came back: ${classText(one)}`
  return one.answer ? `${what}: ${one.answer}` : what
}

const FOUND: Record<FoundBy, string> = {
  token: 'by the token in its envelope sender',
  field: 'by the token in a field of the mail',
  'message-id': 'by its Message-ID',
  maker: 'by the address that the mail service names',
}

const foundText = ({ foundBy, class: kind }: Known): string =>
  foundBy === 'token' && kind === 'unsubscribe'
    ? 'by the token of the address that unsubscribes by mail'
    : FOUND[foundBy!]

/** What was done about it, or why nothing more was. */
export function doneText(one: Known): string {
  switch (one.done) {
    case 'suppressed':
      return 'the address was suppressed'
    case 'paused':
      return 'they were paused for a week'
    case 'unsubscribed':
      return one.class === 'complaint'
        ? 'they were unsubscribed, and mailed an undo: without a token, or about another mailbox, such a report may be forged, so the address was not suppressed'
        : 'they were unsubscribed'
    case 'dropped':
      return 'the sign-up was dropped'
    case 'elsewhere':
      return 'nothing was done: it is about another mailbox, to which theirs passes mail on'
    default:
      return one.foundBy ? whyNothing(one) : 'nothing was done: it names nobody here'
  }
}

const NOTHING: Record<Known['class'], string> = {
  dead: 'nothing was done: the address is erased here, or an earlier report of this mail was acted on',
  full: 'nothing more was done: they were paused for as long already, or got no digests',
  policy: 'nothing was done: it is about the mail or its sender, not about the address',
  ours: 'nothing was done: it is about our side, not about the address',
  temporary: 'nothing was done: it says nothing for good about the address',
  unknown: 'nothing was done: it does not say why',
  complaint:
    'nothing was done: the address is not known, they got no digests, or an earlier report was acted on',
  delayed: 'nothing was done',
  'auto-reply': 'nothing was done',
  'not-a-report': 'nothing was done',
  unsubscribe: 'nothing was done: they had no subscription any more',
}

function whyNothing({ class: kind, sure, isRead }: Known): string {
  if (!isRead) return 'nothing was done'
  return kind === 'dead' && !sure
    ? 'nothing was done yet: a second such report on another day would suppress the address'
    : NOTHING[kind]
}

/** All of it in one sentence for the operator. */
export function returnText(one: Known): string {
  const found = one.foundBy ? [`found ${foundText(one)}`] : []
  const came = cameText(one)
  const [head, rest] = [came.replace(/[.;\s]+$/, ''), [...found, doneText(one)].join('; ')]
  return `${head}; ${rest}.`
}
