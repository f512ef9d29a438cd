import { z } from 'zod'
import { WEEKDAYS } from '../../core/dates.ts'
import { FORMATS, MAX_TOPICS, SUBSCRIBER_STATES } from '../../subscribers/subscriber.ts'
import { SUPPRESSION_REASONS } from '../../subscribers/suppression.repo.ts'
import { count, day, email, instant, line, query, settings } from './fields.ts'

export const state = z.enum(SUBSCRIBER_STATES, { error: `one of ${SUBSCRIBER_STATES.join(', ')}` })

export const reason = z
  .enum(SUPPRESSION_REASONS, { error: `one of ${SUPPRESSION_REASONS.join(', ')}` })
  .default('operator')

export const addition = z.strictObject({
  email,
  topics: z
    .array(query, { error: 'a list of queries' })
    .max(MAX_TOPICS, `up to ${MAX_TOPICS} topics`)
    .default([])
    .describe("None: the day's best papers"),
  ...settings,
  consent: line
    .min(1, 'how they agreed')
    .describe('How they agreed: they are confirmed at once. If omitted, they get a confirmation email')
    .optional(),
})

const topic = z.strictObject({
  query,
  name: line.max(100, 'a name of up to 100 characters').optional(),
})

export const topicTexts = z
  .array(topic, { error: 'a list of topics such as {"query": "robots"}' })
  .max(MAX_TOPICS, `up to ${MAX_TOPICS} topics`)
  .describe('All of them, in order')

const keptTopic = z.object({ name: z.string(), query: z.string() })

const fields = {
  id: z.string(),
  email: z.string(),
  state: z.enum(SUBSCRIBER_STATES),
  topics: z.array(keptTopic),
  hour: count,
  zone: z.string(),
  days: z.array(z.enum(WEEKDAYS)),
  max: count,
  format: z.enum(FORMATS),
  detail: z.enum(['full', 'titles']),
  related: z.boolean(),
  createdAt: instant,
  confirmedAt: instant.nullable(),
  startDate: day.nullable(),
  pausedUntil: day.nullable(),
}

export const listedSubscriber = z.object(fields).meta({ id: 'Subscriber' })

export const shownSubscriber = z
  .object({
    ...fields,
    nextDigest: z.object({ date: day, at: instant }).nullable(),
    suppression: z.object({ reason: z.string(), at: instant }).nullable(),
    consents: z
      .array(z.object({ at: instant, event: z.string(), how: z.string(), wording: z.string() }))
      .describe('Oldest first'),
  })
  .meta({ id: 'ShownSubscriber' })

const tried = z.boolean().describe('True: nothing was changed')

export const changed = z.object({ dryRun: tried, subscriber: shownSubscriber })

export const added = z.object({
  dryRun: tried,
  confirmed: z.boolean(),
  already: z.boolean().describe('They were already subscribed: topics were added, nothing else changed'),
  mail: z
    .enum(['confirmation', 'add-topics', 'manage-link', 'account-link'])
    .nullable()
    .describe('The email that asks them'),
  held: z.enum(['suppressed', 'limit', 'closed']).nullable().describe('Why no email is sent'),
  subscriber: shownSubscriber,
})

export const erased = z.object({ dryRun: tried, erased: z.literal(true) })
export const topics = z.object({ items: z.array(keptTopic) })
export const changedTopics = z.object({ dryRun: tried, items: z.array(keptTopic) })

/** All data of a subscriber, as in the subscriber's own copy. */
export const copy = z.looseObject({
  site: z.string(),
  madeAt: instant,
  subscriber: z.looseObject({ number: z.string(), address: z.string() }),
  topics: z.array(keptTopic),
  consents: z.array(z.looseObject({ event: z.string() })),
  digests: z.array(z.looseObject({ localDate: day })),
  messages: z.array(z.looseObject({ id: z.string() })),
  bounces: z.array(z.looseObject({ class: z.string() })),
})
