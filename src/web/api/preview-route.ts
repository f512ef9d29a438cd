import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { subscribe } from '../../account/signup/subscribe.ts'
import { jsonOfTopicPreview } from '../../digests/preview/preview-json.ts'
import { previewTopics } from '../../digests/preview/preview-topics.ts'
import { words } from '../../i18n/words.ts'
import { count, day, query, wholeNumber } from '../../operator/operations/fields.ts'
import { MAX_DAYS } from '../../search/open-archive.ts'
import { withSearchSlot } from '../../search/search-slot.ts'
import { readSignup, readTopics } from '../../subscribers/read-signup.ts'
import { MAX_TOPICS } from '../../subscribers/subscriber.ts'
import type { Site } from '../pages.ts'
import {
  preparseTopics,
  readTopicsInSlot,
  sentSubscription,
  subscribeFields,
  subscribeFormOf,
  subscriptionFields,
  validatedByZod,
} from '../request.ts'
import { BODY_FAULTS, faults, publicOperation } from './faults.ts'

/** What a query would have matched. The form's own POST /preview has the same request and response. */
export const previewRoute: FastifyPluginAsyncZod<Site> = async (api, { deps }) => {
  const schema = {
    ...publicOperation(
      'papers',
      'previewQuery',
      'What a query would have matched recently, and how to improve it',
    ),
    body: previewBody,
    response: { 200: preview, ...faults(429, ...BODY_FAULTS) },
  }
  api.post('/api/preview', { schema }, async (request, reply) => {
    const { query, days, others } = request.body
    const tested = await withSearchSlot(deps, request, [query, ...others], async (spend) => {
      await preparseTopics(others, spend)
      const besides = readTopics({ topics: others })
      return previewTopics(deps, { queries: [query], days, others: besides, spend })
    })
    return reply.send(jsonOfTopicPreview(tested, tested.topics[0]!))
  })
}

const previewBody = z.strictObject({
  query,
  days: wholeNumber(MAX_DAYS).default(MAX_DAYS).describe('How many days up to today (UTC)'),
  others: z
    .array(query, { error: 'a list of queries' })
    .max(MAX_TOPICS, `up to ${MAX_TOPICS} queries`)
    .default([])
    .describe('Other topics of the same person: `overlap` says how much they bring too'),
})

const share = z
  .number()
  .min(0)
  .max(1)
  .nullable()
  .describe('Share of all papers of these days; null if newer versions count')

const shownPaper = z.object({
  id: z.string().describe('As in paths: 2507.06457'),
  title: z.string(),
  day,
  votes: count.nullable(),
  reason: z.string().nullable().describe('Why it matches, or what it has and what is missing'),
})

const preview = z
  .object({
    query: z.string(),
    understood: z.string().describe('What the query was understood as'),
    from: day,
    to: day,
    days: count,
    total: count.describe('Papers of these days that it matches'),
    perDay: z.array(z.object({ day, papers: count })).describe('Every day, oldest first'),
    latest: z.array(shownPaper).describe('Newest day first, then most votes'),
    nothing: z
      .object({
        absent: z.array(z.string()).describe('Parts of the query that no paper contains, in words'),
        without: z
          .object({ part: z.string(), papers: count, isUnwanted: z.boolean() })
          .nullable()
          .describe('Without this part, the most papers would match'),
        nearest: z.array(shownPaper),
      })
      .nullable()
      .describe('Why nothing matched; null if something did'),
    papers: count.describe('All papers of these days'),
    openDays: count.describe('How many of the days have papers'),
    share,
    absent: z
      .array(z.string())
      .describe('Key words of the query, as typed, that no paper of these days contains'),
    terms: z
      .array(
        z.object({
          term: z.string().describe('As typed'),
          isUnwanted: z
            .boolean()
            .describe('The term is under a NOT; `papers` counts the papers that it excludes'),
          papers: count,
          share,
        }),
      )
      .describe('How many papers contain each term'),
    overlap: z
      .array(z.object({ topic: z.string(), papers: count }))
      .describe('How many of the papers found other topics match too, the most first'),
    width: z
      .enum(['narrow', 'fits', 'wide'])
      .describe('Less than one a week; or more for each weekday with papers than an email contains'),
    hints: z
      .array(
        z.object({
          way: z.enum([
            'phrase',
            'spread',
            'spelling',
            'author',
            'without',
            'allowed',
            'apart',
            'anywhere',
            'votes',
            'also',
          ]),
          part: z.string().describe('What of the query it is about, or what is added, in words'),
          term: z.string().describe('The same as it is typed'),
          papers: count.describe('How many the changed query finds in the same days'),
          query: z.string().nullable().describe('The changed query'),
        }),
      )
      .describe(
        'Words that must be close together, as a phrase or anywhere; changes that would bring more where it is narrow, fewer where it is wide',
      ),
  })
  .meta({ id: 'Preview' })

const accepted = z.object({ message: z.string() })

/** The subscribe form as JSON. The response is the same for every address; only the email differs. */
export const subscriptionRoute: FastifyPluginAsyncZod<Site> = async (api, { deps }) => {
  const schema = {
    ...publicOperation('subscriptions', 'subscribe', 'Sign up for digests; a confirmation email follows'),
    body: subscriptionFields,
    response: { 202: accepted, ...faults(403, 429, ...BODY_FAULTS) },
  }
  // An address that is missing or empty gets the same fault as in the form.
  const validatorCompiler = ({ method, url }: { method: string; url: string }) =>
    validatedByZod({ method, url, schema: sentSubscription })
  api.post('/api/subscriptions', { schema, validatorCompiler }, async (request, reply) => {
    const { body, ip } = request
    const form = subscribeFormOf(subscribeFields.parse(body))
    await readTopicsInSlot(deps, request, form)
    const { typed, again, keepsTopics, isBot } = form
    const signup = readSignup(deps.config, typed)
    if (!isBot) {
      await subscribe(deps, { ...signup, how: 'api', ip, again, keepsTopics })
    }
    return reply.code(202).send({ message: words.subscribe.accepted })
  })
}
