import { DAY_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { REFUSAL_LABELS } from '../mail/refusals/classify-refusal.ts'
import type { FoundBy } from './bounce.repo.ts'
import { type BounceClassCount, countBounces, type ListedBounce } from './bounce-list.repo.ts'
import { enabledChannels } from './enabled-channels.ts'
import { countUnreadable, newestByChannel, waitingReports } from './report.repo.ts'

type BounceFacts = Pick<ListedBounce, 'class' | 'status' | 'sure' | 'reply' | 'foundBy' | 'effect' | 'isRead'>

/** The class of an email that was not delivered. */
export const isFailureClass = (kind: string): boolean => Object.hasOwn(REFUSAL_LABELS, kind)

/**
 * The newest failure in a list that is sorted oldest first: an accepted email was not delivered after all. Undefined if
 * there is none; an unreadable report proves nothing.
 */
export const newestFailure = <T extends Pick<BounceFacts, 'class' | 'isRead'>>(returns: readonly T[]) =>
  returns.findLast(({ class: kind, isRead }) => isFailureClass(kind) && (kind !== 'unknown' || isRead))

const OTHERS: Partial<Record<BounceFacts['class'], string>> = {
  complaint: 'The reader marked it as spam',
  delayed: 'Delayed: their server is still trying to deliver it',
  'auto-reply': 'Automatic reply',
  'not-a-report': 'An email that isn’t a report',
  unsubscribe: 'The reader asked to unsubscribe',
}

/** "no such mailbox (5.1.1)"; "complaint" and the like if the class is not a failed delivery. */
export function classText({ class: kind, status }: { class: string; status: string | null }): string {
  const words = (REFUSAL_LABELS as Record<string, string | undefined>)[kind] ?? kind
  return status ? `${words} (${status})` : words
}

/** What each class means, for the operator's tables. */
export const CLASS_MEANINGS: Readonly<Record<string, string>> = {
  dead: 'the mailbox doesn’t exist',
  full: 'the mailbox is full or disabled',
  policy: 'the receiving server rejected the email or its sender',
  ours: 'something is wrong on our side',
  temporary: 'it could not be delivered in time',
  unknown: 'the report gives no reason or could not be read',
  complaint: 'a reader marked an email as spam',
  delayed: 'their server is still trying',
  'auto-reply': 'an automatic reply',
  'not-a-report': 'an email that isn’t a report',
  unsubscribe: 'a request to unsubscribe, by email or through a mail service',
}

/** What arrived: "Returned: no such mailbox (5.1.1): 550 5.1.1 nobody here". */
function arrivalText(one: BounceFacts): string {
  if (!one.isRead) return 'An unreadable report arrived'
  const what = OTHERS[one.class] ?? `Returned: ${classText(one)}`
  return one.reply ? `${what}: ${one.reply}` : what
}

const FOUND: Record<FoundBy, string> = {
  token: 'by the token in its envelope sender',
  field: 'by the token in a header of the email',
  'message-id': 'by its Message-ID',
  provider: 'by the address that the mail service gave',
}

const foundText = ({ foundBy, class: kind }: BounceFacts): string =>
  foundBy === 'token' && kind === 'unsubscribe' ? 'by the token of the unsubscribe address' : FOUND[foundBy!]

export function effectText(one: BounceFacts): string {
  switch (one.effect) {
    case 'suppressed':
      return 'the address was suppressed'
    case 'paused':
      return 'they were paused for a week'
    case 'unsubscribed':
      return one.class === 'complaint'
        ? 'they were unsubscribed and emailed a way to undo it. A report without a token, or about another mailbox, could be forged, so the address was not suppressed'
        : 'they were unsubscribed'
    case 'dropped':
      return 'the sign-up was dropped'
    case 'elsewhere':
      return 'no action: it is about another mailbox, to which theirs forwards'
    default:
      return one.foundBy ? whyNothing(one) : 'no action: no subscriber matches'
  }
}

const NOTHING: Record<BounceFacts['class'], string> = {
  dead: 'no action: the subscriber was erased, or an earlier report about this email was processed',
  full: 'no further action: they were already paused for at least as long, or get no digests',
  policy: 'no action: it is about the email or its sender, not the address',
  ours: 'no action: it is about our side, not the address',
  temporary: 'no action: the failure may be temporary',
  unknown: 'no action: it gives no reason',
  complaint: 'no action: the address is unknown, they get no digests, or an earlier report was processed',
  delayed: 'no action',
  'auto-reply': 'no action',
  'not-a-report': 'no action',
  unsubscribe: 'no action: they had no subscription any more',
}

function whyNothing({ class: kind, sure, isRead }: BounceFacts): string {
  if (!isRead) return 'no action'
  return kind === 'dead' && !sure
    ? 'no action yet: a second such report on another day suppresses the address'
    : NOTHING[kind]
}

export function bounceText(one: BounceFacts): string {
  const found = one.foundBy ? [`found ${foundText(one)}`] : []
  const came = arrivalText(one)
  const [head, rest] = [came.replace(/[.;\s]+$/, ''), [...found, effectText(one)].join('; ')]
  return `${head}; ${rest}.`
}

/** What arrived in a time span that ends now. */
export interface SpanCounts {
  /** Largest first. */
  classes: BounceClassCount[]
  unreadable: number
}

export type BounceStatus = Awaited<ReturnType<typeof bounceStatus>>

/** `newest`: when the last report arrived on a channel; null if none is on record. */
export async function bounceStatus(deps: Deps) {
  const { db, config, clock } = deps
  const now = clock.now()
  const since = async (days: number): Promise<SpanCounts> => {
    const from = new Date(now.getTime() - days * DAY_MS)
    // Include a report that arrived at this very instant.
    const before = new Date(now.getTime() + 1)
    return { classes: await countBounces(db, { from, before }), unreadable: await countUnreadable(db, from) }
  }
  const newest = await newestByChannel(db)
  return {
    domain: config.BOUNCE_DOMAIN ?? null,
    channels: enabledChannels(deps).map((one) => ({ ...one, newest: newest.get(one.channel) ?? null })),
    waiting: await waitingReports(db),
    day: await since(1),
    week: await since(7),
  }
}
