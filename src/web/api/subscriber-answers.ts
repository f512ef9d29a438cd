import type { z } from 'zod'
import type { ShownSubscriber, SubscriberWithTopics } from '../../flows/subscriber/show-subscriber.ts'
import type { shown } from './schemas/subscribers.ts'
import { iso } from './scope.ts'

/** A subscriber as a list has them. */
export const answered = ({ subscriber, topics }: SubscriberWithTopics) => ({
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
  createdAt: subscriber.createdAt.toISOString(),
  confirmedAt: iso(subscriber.confirmedAt),
  startDate: subscriber.startDate,
  pausedUntil: subscriber.pausedUntil,
})

/** All that is known of one. */
export const shownAnswered = (found: ShownSubscriber): z.output<typeof shown> => ({
  ...answered(found),
  nextDigest: found.next ? { date: found.next.localDate, at: found.next.dueAt.toISOString() } : null,
  suppression: found.suppression && {
    reason: found.suppression.reason,
    at: found.suppression.at.toISOString(),
  },
  consents: found.consents.map(({ at, event, how, wording }) => ({
    at: at.toISOString(),
    event,
    how,
    wording,
  })),
})
