import { z } from 'zod'
import { WAYS } from '../../../bounces/report-store.ts'
import { DONE, FOUND_BY, RETURN_CLASSES } from '../../../bounces/returned-store.ts'
import { REFUSAL_CLASSES } from '../../../delivery/answers/rules/rule.ts'
import { LANES, MESSAGE_STATES, type MessageState } from '../../../delivery/message.ts'
import { MAIL_KINDS } from '../../../emails/mail-kind.ts'
import { stateName } from '../../../flows/messages/retry-message.ts'
import { DAY_MS } from '../../../platform/dates.ts'
import { count, day, dryRun, instant, line, listOf, page } from './kinds.ts'

// Digests, messages, delivery, actions and figures: what the operator looks at every day.

const STATE_NAMES = MESSAGE_STATES.map(stateName) as [string, ...string[]]
export const stateNamed = (name: string): MessageState => name.replace('-', '_') as MessageState

export const booksQuery = z.strictObject({
  date: day.describe('A local date; default: today (UTC)').optional(),
})

export const books = z.object({
  date: day,
  due: count,
  nothingMatched: count,
  paused: count,
  missed: count,
  planned: count,
  accepted: count,
  refused: count,
  gaveUp: count,
  skipped: count,
  uncertain: count,
  open: count.describe('May still be tried'),
  closed: z.boolean(),
})

export const messageQuery = z.strictObject({
  state: z.enum(STATE_NAMES, { error: `one of ${STATE_NAMES.join(', ')}` }).optional(),
  kind: z.enum(MAIL_KINDS, { error: `one of ${MAIL_KINDS.join(', ')}` }).optional(),
  date: day.describe('Left on this day (UTC)').optional(),
  ...page,
})

const message = {
  id: z.string(),
  kind: z.string(),
  lane: z.enum(LANES),
  subscriber: z.string(),
  to: z.string().nullable().describe('Masked; null where the subscriber is erased'),
  state: z.enum(STATE_NAMES),
  reason: z.string().nullable(),
  attempts: count,
  datedAt: instant,
  nextTry: instant,
  deadline: instant,
}

const returned = z
  .object({
    at: instant.describe('When the report came'),
    class: z.enum(RETURN_CLASSES),
    status: z.string().nullable().describe('5.1.1, or the three digits of an answer'),
    answer: z.string().describe('What the server said, without addresses'),
    domain: z.string().nullable().describe('Of the recipient'),
    way: z.enum(WAYS).describe('How its report came in'),
    foundBy: z
      .enum(FOUND_BY)
      .nullable()
      .describe('By which mark the subscriber was found; null: they were not'),
    done: z
      .enum(DONE)
      .describe('dropped: the sign-up; elsewhere: nothing, since it is about a mailbox behind theirs'),
    message: z.string().nullable(),
    subscriber: z.string().nullable(),
  })
  .meta({ id: 'Returned' })

export const returnQuery = z.strictObject({
  class: z.enum(RETURN_CLASSES, { error: `one of ${RETURN_CLASSES.join(', ')}` }).optional(),
  domain: line.describe('Of the recipient').optional(),
  ...page,
})

export const returns = listOf(returned)

export const messages = listOf(z.object(message).meta({ id: 'Message' }))

export const shownMessage = z
  .object({
    ...message,
    acceptances: z.array(z.object({ at: instant, answer: z.string() })),
    tries: z.array(
      z.object({
        n: count,
        at: instant,
        outcome: z.string(),
        status: z.int().nullable(),
        enhanced: z.string().nullable(),
        answer: z.string(),
        class: z
          .enum([...REFUSAL_CLASSES, 'unknown'])
          .nullable()
          .describe('What the answer means, by the rules of this release; null where none came'),
      }),
    ),
    returned: z.array(returned).describe('What came back for it, oldest first'),
  })
  .meta({ id: 'ShownMessage' })

export const retried = z.object({ dryRun: z.boolean(), message: shownMessage })

const waiting = z.object({
  ready: count,
  taken: count,
  deferred: count,
  uncertain: count,
  oldest: instant.nullable().describe('When that was left which waits longest'),
  nextTry: instant.nullable().describe('The first instant at which one may be tried'),
})

const pace = z
  .object({
    kind: z
      .enum(['rate', 'slowed', 'resumed', 'held', 'was-held', 'ramp-up'])
      .describe(
        'rate: SMTP_URL says so; slowed: the server asked for less; resumed: delivery went on after a pause; held: it refused too much and gets nothing until then; was-held: it goes on slowly after that; ramp-up: what a new sending domain may send on a day (UTC)',
      ),
    domain: z.string().nullable().describe('Of the recipients; null: all mail'),
    perSecond: z.number().nullable().describe('Mails a second; what was slowed doubles each minute'),
    until: instant.nullable().describe('Of what is held'),
    left: count.nullable().describe('Of the ramp-up: how many may still go today'),
    of: count.nullable().describe('Of the ramp-up: how many may go today in all'),
    said: z.string().nullable().describe('What came back, without addresses; how much was refused'),
  })
  .meta({ id: 'Pace' })

export const delivery = z
  .object({
    delivery: z.enum(['on', 'paused', 'off']).describe('off: by the setting SENDING'),
    reason: z.string().nullable(),
    restored: z
      .boolean()
      .describe(
        'Out of a backup, or a promoted standby: nothing is planned either, and a pause changes nothing',
      ),
    since: instant.nullable(),
    lanes: z.object({ answers: waiting, digests: waiting }).describe('What waits'),
    paces: z.array(pace).describe('What limits mail now, beyond what DOMAIN_RATE says'),
    reports: z
      .object({ waiting: count, oldest: instant.nullable() })
      .describe('Reports about mails that came in and are not read yet'),
    schedule: z.object({
      ticked: instant
        .nullable()
        .describe('The newest minute that the schedule claimed; null: none within two days'),
    }),
    workers: z.object({
      holding: count.describe('Workers with messages in hand'),
      nudgeWaitsSeconds: count.nullable().describe('How long a nudge to send waits; null where none does'),
    }),
  })
  .meta({ id: 'Delivery' })

export const deliveryPause = z
  .strictObject({
    reason: line
      .min(1, 'why')
      .max(200, 'a reason of up to 200 characters')
      .describe('Why, for whoever looks next; no address. Left out: a pause that stands keeps its reason')
      .optional(),
    dryRun,
  })
  .optional()

export const deliveryResume = z
  .strictObject({
    moved: z
      .boolean({ error: 'true or false' })
      .default(false)
      .describe('After a restore: nothing was sent since the copy was made, so nothing is ended'),
    dryRun,
  })
  .optional()

export const changedDelivery = z.object({ dryRun: z.boolean(), delivery })

export const actionQuery = z.strictObject(page)

export const actions = listOf(
  z
    .object({
      id: z.int(),
      at: instant,
      door: z.enum(['admin', 'api', 'command']),
      verb: z.string().describe('As the command says it: subscribers pause'),
      subscriber: z.string().nullable(),
      detail: z.string(),
    })
    .meta({ id: 'Action' }),
)

const MOST_DAYS = 366

export const figureQuery = z
  .strictObject({ from: day, to: day })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'a day that is not before from' })
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < MOST_DAYS * DAY_MS, {
    path: ['from'],
    error: `a day at most ${MOST_DAYS - 1} days before to`,
  })

export const figures = z.object({
  items: z.array(
    z
      .object({
        day,
        subscribers: count.describe('Who had a subscription when the day ended'),
        asked: count,
        confirmed: count,
        unsubscribed: count,
        accepted: count,
        refused: count,
        gaveUp: count,
        uncertain: count,
        skipped: count,
      })
      .meta({ id: 'DayFigures' }),
  ),
})
