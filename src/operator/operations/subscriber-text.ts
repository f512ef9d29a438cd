import type { ShownSubscriber } from '../../account/show-subscriber.ts'
import type { AddSubscriberResult } from '../../account/signup/add-subscriber.ts'
import { wrap } from '../../mail/rendering/text.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'

/** What happened in order of time, within 80 columns. */
export const textOfTimeline = (steps: readonly { at: Date | null; text: string }[]): string =>
  [
    'When (UTC)           What',
    ...steps.map(({ at, text }) => wrap(text, INDENT, at ? stamp(at) : INDENT)),
  ].join('\n')

const stamp = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')}  `
const INDENT = ' '.repeat(21)

export function textOfSubscriber(shown: ShownSubscriber): string {
  const { subscriber, topics, suppression, consents, next } = shown
  const { address, state, hour, zone, days, maxPapers, format, pausedUntil } = subscriber
  const until = pausedUntil ? `, until ${pausedUntil}` : ''
  return [
    `${address}: ${state}${until}`,
    `  ${days.join(', ')} at ${hour}:00 ${zone}; up to ${maxPapers} papers, ${format}`,
    next && `  next digest: ${next.localDate} (${next.dueAt.toISOString()})`,
    suppression && `  suppressed (${suppression.reason}) since ${suppression.at.toISOString()}`,
    ...textOfTopics(topics),
    ...consents.map(({ at, event, how }) => `  ${at.toISOString()}  ${event}  (${how})`),
  ]
    .filter(Boolean)
    .join('\n')
}

export const textOfTopics = (topics: TopicText[]): string[] =>
  topics.length === 0
    ? ["  no topics: the day's most upvoted papers"]
    : topics.map(({ name, query }) => (name === query ? `  topic: ${query}` : `  topic ${name}: ${query}`))

export function textOfAdded(added: AddSubscriberResult): string {
  if (added.confirmed) {
    const next = added.next ? ` The first digest is due on ${added.next.localDate}.` : ''
    if (added.already) return 'Already subscribed: topics were added; nothing else changed.'
    return `Added and confirmed.${next}`
  }
  if (added.held === 'suppressed') return 'Recorded, but no email was sent: the address is suppressed.'
  if (added.held === 'limit')
    return 'Recorded, but no email was sent: this address reached the limit in SECURITY.md for unconfirmed sign-ups. With --consent, none is needed.'
  if (added.mail === 'manage-link')
    return 'Already subscribed: an email with the link to their digests is on its way.'
  return added.mail === 'add-topics'
    ? 'Already subscribed: an email with a button that adds the topics is on its way.'
    : 'A confirmation email is on its way.'
}
