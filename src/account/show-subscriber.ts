import { bouncesOfMessages, type ListedBounce } from '../bounces/bounce-list.repo.ts'
import { newestFailure } from '../bounces/bounce-text.ts'
import type { Database } from '../core/database/database.ts'
import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { nextDue } from '../digests/due.ts'
import { type NextMail, nextMail } from '../digests/next-mail.ts'
import { lastDigestDate } from '../digests/plan.repo.ts'
import { readersElsewhere } from '../digests/read-elsewhere.ts'
import { type MailOutcome, receiptsSince } from '../mail/outbox/receipt.repo.ts'
import { type Consent, consentsOf } from '../subscribers/consent.repo.ts'
import type { ConsentEvent } from '../subscribers/consent.ts'
import { consentNotesOf } from '../subscribers/signup.repo.ts'
import { hasSubscription, type Subscriber, type TopicText } from '../subscribers/subscriber.ts'
import { suppressionOf } from '../subscribers/suppression.repo.ts'
import { topicsBySubscriber, topicsOf } from '../subscribers/topic.repo.ts'
import { findSubscriber, type SubscriberRef } from './find-subscriber.ts'

interface SubscriberWithTopics {
  subscriber: Subscriber
  topics: TopicText[]
}

export type ShownSubscriber = Awaited<ReturnType<typeof showSubscriber>>

/** Throws address.*, subscriber.unknown. */
export async function showSubscriber({ db, clock }: Deps, who: SubscriberRef) {
  const subscriber = await findSubscriber(db, who)
  return {
    subscriber,
    topics: await topicsOf(db, subscriber.id),
    suppression: await suppressionOf(db, subscriber.addressHash),
    /** Oldest first. */
    consents: await consentsWithNotes(db, subscriber.id),
    /** When the next digest may be due; undefined if they get none. */
    next: subscriber.state === 'active' ? nextDue(subscriber, clock.now()) : undefined,
  }
}

/**
 * A subscriber who is paused until a date gets the first digest on that date or later; one who reads digests elsewhere
 * gets no email.
 */
export async function nextMailOf(deps: Deps, subscriber: Subscriber): Promise<NextMail | undefined> {
  const { db, clock } = deps
  const { id, epoch, state, startDate, pausedUntil } = subscriber
  if (!hasSubscription(subscriber) || (state === 'paused' && !pausedUntil)) return undefined
  const elsewhere = await readersElsewhere(deps, db, [{ subscriberId: id, epoch }])
  if (elsewhere.has(id)) return undefined
  const begin = [startDate, state === 'paused' ? pausedUntil : null].filter((date) => date !== null)
  const last = await lastDigestDate(db, id)
  return nextMail({ ...subscriber, startDate: begin.sort().at(-1) ?? null }, last, clock.now())
}

/** Merges the operator's notes on consent, which are stored with sign-ups: rows of table consent are never deleted. */
export async function consentsWithNotes(db: Database, id: string): Promise<Consent[]> {
  const notes = await consentNotesOf(db, id)
  const consents = await consentsOf(db, id)
  return consents.map((consent) => {
    const isOperators = NOTED.includes(consent.how) && YES.includes(consent.event)
    const place = isOperators ? notes.findIndex(({ at }) => at.getTime() === consent.at.getTime()) : -1
    const [noted] = place < 0 ? [] : notes.splice(place, 1)
    return noted ? { ...consent, how: `${consent.how}: ${noted.note}` } : consent
  })
}

const NOTED = ['operator', 'import']
const YES: readonly ConsentEvent[] = ['confirmed', 'topics-added']

export async function withTopics(db: Database, subscribers: Subscriber[]): Promise<SubscriberWithTopics[]> {
  const ids = subscribers.map(({ id }) => id)
  const topics = await topicsBySubscriber(db, ids)
  return subscribers.map((subscriber) => ({ subscriber, topics: topics.get(subscriber.id) ?? [] }))
}

export interface FateWithReturn extends MailOutcome {
  /** The newest bounce report; null if there is none. */
  cameBack: Pick<ListedBounce, 'class' | 'status' | 'effect'> | null
}

export type ReceiptWithReturns = Awaited<ReturnType<typeof receiptsWithReturns>>[number]

/** A subscriber's receipts from a date on, newest first. */
export async function receiptsWithReturns(
  { db }: Pick<Deps, 'db'>,
  subscriber: { id: string; zone: string },
  since: Day,
) {
  const receipts = await receiptsSince(db, subscriber, since)
  const ids = receipts.flatMap(({ mail, note }) => [mail, note].flatMap((fate) => fate?.id ?? []))
  const returns = await bouncesOfMessages(db, ids)
  const whole = (fate: MailOutcome | null): FateWithReturn | null =>
    fate && {
      ...fate,
      cameBack: newestFailure(returns.filter(({ messageId }) => messageId === fate.id)) ?? null,
    }
  return receipts.map(({ mail, note, ...receipt }) => ({ ...receipt, mail: whole(mail), note: whole(note) }))
}

export const jsonOfSubscriber = ({ subscriber, topics }: SubscriberWithTopics) => ({
  id: subscriber.id,
  email: subscriber.address,
  state: subscriber.state,
  topics,
  hour: subscriber.hour,
  zone: subscriber.zone,
  days: subscriber.days,
  max: subscriber.maxPapers,
  format: subscriber.format,
  detail: subscriber.detail,
  related: subscriber.related,
  createdAt: subscriber.createdAt,
  confirmedAt: subscriber.confirmedAt,
  startDate: subscriber.startDate,
  pausedUntil: subscriber.pausedUntil,
})

export const jsonOfSubscriberDetails = ({ next, suppression, consents, ...found }: ShownSubscriber) => ({
  ...jsonOfSubscriber(found),
  nextDigest: next ? { date: next.localDate, at: next.dueAt } : null,
  suppression,
  consents: consents.map(({ subscriberId: _, ...consent }) => consent),
})
