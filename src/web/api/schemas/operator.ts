import { z } from 'zod'
import { BOUNCE_ACTIONS, BOUNCE_CLASSES, FOUND_BY } from '../../../bounces/bounce.repo.ts'
import { CHANNELS } from '../../../bounces/report.repo.ts'
import { DAY_MS } from '../../../core/dates.ts'
import { LANES, MESSAGE_STATES, type MessageState } from '../../../mail/message.ts'
import { REFUSAL_CLASSES } from '../../../mail/refusals/rules/rule.ts'
import { MAIL_KINDS } from '../../../mail/templates/template.ts'
import { stateName } from '../../../operator/retry-message.ts'
import { count, day, dryRun, instant, line, listOf, page } from './common.ts'

// Digests, messages, delivery, actions and figures.

const STATE_NAMES = MESSAGE_STATES.map(stateName) as [string, ...string[]]
export const stateOfName = (name: string): MessageState => name.replace('-', '_') as MessageState

export const dayTotalsQuery = z.strictObject({
  date: day.describe('A local date; default: today (UTC)').optional(),
})

export const dayTotalsBody = z.object({
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
  open: count.describe('Can still be retried'),
  closed: z.boolean(),
})

export const messageQuery = z.strictObject({
  state: z.enum(STATE_NAMES, { error: `one of ${STATE_NAMES.join(', ')}` }).optional(),
  kind: z.enum(MAIL_KINDS, { error: `one of ${MAIL_KINDS.join(', ')}` }).optional(),
  date: day.describe('Created on this day (UTC)').optional(),
  ...page,
})

const message = {
  id: z.string(),
  kind: z.string(),
  lane: z.enum(LANES),
  subscriber: z.string(),
  to: z.string().nullable().describe('Masked; null if the subscriber was erased'),
  state: z.enum(STATE_NAMES),
  reason: z.string().nullable(),
  attempts: count,
  datedAt: instant,
  nextTry: instant,
  deadline: instant,
}

const returned = z
  .object({
    at: instant.describe('When the report arrived'),
    class: z.enum(BOUNCE_CLASSES),
    status: z.string().nullable().describe('5.1.1, or the three digits of a reply'),
    answer: z.string().describe('What the server said, without addresses'),
    domain: z.string().nullable().describe('Domain of the recipient'),
    way: z.enum(CHANNELS).describe('Channel of the report'),
    foundBy: z.enum(FOUND_BY).nullable().describe('How the subscriber was found; null if they were not'),
    done: z
      .enum(BOUNCE_ACTIONS)
      .describe(
        'dropped: the sign-up; elsewhere: no action, because it is about a mailbox that theirs forwards to',
      ),
    message: z.string().nullable(),
    subscriber: z.string().nullable(),
  })
  .meta({ id: 'Returned' })

export const returnQuery = z.strictObject({
  class: z.enum(BOUNCE_CLASSES, { error: `one of ${BOUNCE_CLASSES.join(', ')}` }).optional(),
  domain: line.describe('Domain of the recipient').optional(),
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
          .describe('What the reply means by the rules of this release; null if there was none'),
      }),
    ),
    returned: z.array(returned).describe('Bounces and complaints about it, oldest first'),
  })
  .meta({ id: 'ShownMessage' })

export const retried = z.object({ dryRun: z.boolean(), message: shownMessage })

const waiting = z.object({
  ready: count,
  taken: count,
  deferred: count,
  uncertain: count,
  oldest: instant.nullable().describe('When the oldest waiting message was created'),
  nextTry: instant.nullable().describe('The earliest time of the next attempt'),
})

const pace = z
  .object({
    kind: z
      .enum(['rate', 'slowed', 'resumed', 'held', 'was-held', 'ramp-up'])
      .describe(
        'rate: set in SMTP_URL; slowed: the server asked to slow down; resumed: delivery resumed after a pause; held: on hold until then because it refused too much; was-held: resuming slowly after that; ramp-up: what a new sending domain may send on a day (UTC)',
      ),
    domain: z.string().nullable().describe('Domain of the recipients; null: all emails'),
    perSecond: z.number().nullable().describe('Emails a second; a reduced rate doubles every minute'),
    until: instant.nullable().describe('When the hold ends'),
    left: count.nullable().describe('For the ramp-up: how many can still be sent today'),
    of: count.nullable().describe('For the ramp-up: how many can be sent today in total'),
    said: z.string().nullable().describe('The reply, without addresses; how much was refused'),
  })
  .meta({ id: 'Pace' })

export const delivery = z
  .object({
    delivery: z.enum(['on', 'paused', 'off']).describe('off: by the setting SENDING'),
    reason: z.string().nullable(),
    restored: z
      .boolean()
      .describe(
        'Restored from a backup, or a promoted standby: nothing is planned either, and pausing has no effect',
      ),
    since: instant.nullable(),
    lanes: z.object({ answers: waiting, digests: waiting }).describe('The queue'),
    paces: z.array(pace).describe('Current rate limits beyond DOMAIN_RATE'),
    reports: z
      .object({ waiting: count, oldest: instant.nullable() })
      .describe('Reports that are not processed yet'),
    schedule: z.object({
      ticked: instant
        .nullable()
        .describe('The newest tick of the schedule; null if there was none within two days'),
    }),
    workers: z.object({
      holding: count.describe('Workers that are sending'),
      nudgeWaitsSeconds: count
        .nullable()
        .describe('How long a nudge to send has waited; null if there is none'),
    }),
  })
  .meta({ id: 'Delivery' })

export const deliveryPause = z
  .strictObject({
    reason: line
      .min(1, 'why')
      .max(200, 'a reason of up to 200 characters')
      .describe('The reason, without addresses. If omitted, an existing pause keeps its reason')
      .optional(),
    dryRun,
  })
  .optional()

export const deliveryResume = z
  .strictObject({
    moved: z
      .boolean({ error: 'true or false' })
      .default(false)
      .describe('After a restore: nothing was sent since the backup was made, so end nothing'),
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

const MAX_DAYS = 366

export const figureQuery = z
  .strictObject({ from: day, to: day })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: 'a day that is not before from' })
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < MAX_DAYS * DAY_MS, {
    path: ['from'],
    error: `a day at most ${MAX_DAYS - 1} days before to`,
  })

export const figures = z.object({
  items: z.array(
    z
      .object({
        day,
        subscribers: count.describe('Subscribers at the end of the day'),
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
