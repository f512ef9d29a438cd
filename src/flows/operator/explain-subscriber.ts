import { messageById } from '../../delivery/message-list-store.ts'
import { digestOn } from '../../digests/digest-history-store.ts'
import { newestDue } from '../../digests/due.ts'
import { type Day, localDayOf, type Weekday } from '../../platform/dates.ts'
import { Fault } from '../../platform/errors.ts'
import { parseAddress } from '../../subscribers/address.ts'
import type { SubscriberState } from '../../subscribers/subscriber.ts'
import { subscriberById, subscriberByKey } from '../../subscribers/subscriber-store.ts'
import type { Deps } from '../../wiring.ts'

export interface Explanation {
  /** As they stood at the hour of that date; email null: erased. */
  subscriber: {
    id: string
    email: string | null
    state: SubscriberState | 'erased'
    zone: string
    hour: number
    days: Weekday[]
  }
  /** The local date that is explained. */
  date: Day
  /** `code` for programs, `text` one plain sentence. */
  verdict: { code: string; text: string }
  /** In order of time; `at` null: a fact without a time of its own, at its place in the order. */
  steps: { at: Date | null; code: string; text: string }[]
}

export interface ExplainInput {
  /** Either of the two. */
  email?: string
  id?: string
  /** The subscriber's local date; else the newest on which something was due. */
  date?: Day
}

/**
 * Why somebody did or did not get their mail of a date. Changes nothing. Throws address.*, subscriber.unknown.
 */
export async function explainSubscriber(deps: Deps, { email, id, date }: ExplainInput): Promise<Explanation> {
  const { db, clock } = deps
  const now = clock.now()
  const subscriber = await (email === undefined
    ? subscriberById(db, id ?? '')
    : subscriberByKey(db, parseAddress(email).key))
  if (!subscriber) throw new Fault('subscriber.unknown')
  const day = date ?? newestDue(subscriber, now)?.localDate ?? localDayOf(now, subscriber.zone)
  const digest = await digestOn(db, { subscriberId: subscriber.id, localDate: day })
  const message = digest?.message ? await messageById(db, digest.message.id) : null
  const { address, state, zone, hour, days } = subscriber
  return {
    subscriber: { id: subscriber.id, email: address, state, zone, hour, days },
    date: day,
    verdict: { code: message?.state ?? digest?.outcome ?? 'nothing', text: '' },
    steps: digest ? [{ at: digest.dueAt, code: 'due', text: 'The hour came.' }] : [],
  }
}
