import type { ShownSubscriber, SubscriberWithTopics } from './show-subscriber.ts'

/** A subscriber in lists of commands and the API. */
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
  createdAt: subscriber.createdAt.toISOString(),
  confirmedAt: subscriber.confirmedAt?.toISOString() ?? null,
  startDate: subscriber.startDate,
  pausedUntil: subscriber.pausedUntil,
})

/** All details of one subscriber. */
export const jsonOfSubscriberDetails = ({ next, suppression, consents, ...found }: ShownSubscriber) => ({
  ...jsonOfSubscriber(found),
  nextDigest: next ? { date: next.localDate, at: next.dueAt.toISOString() } : null,
  suppression: suppression && { reason: suppression.reason, at: suppression.at.toISOString() },
  consents: consents.map(({ at, event, how, wording }) => ({ at: at.toISOString(), event, how, wording })),
})
