import { z } from 'zod'
import { count, instant } from './fields.ts'

const waiting = z.object({
  ready: count,
  taken: count,
  deferred: count,
  uncertain: count,
  oldest: instant.nullable().describe('When the oldest waiting message was created'),
  nextTry: instant.nullable().describe('The earliest time of the next attempt'),
})

const sendRate = z
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
  .meta({ id: 'SendRate' })

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
    lanes: z.object({ transactional: waiting, bulk: waiting }).describe('The queue'),
    sendRates: z.array(sendRate).describe('Current rate limits beyond DOMAIN_RATE'),
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

export const changedDelivery = z.object({ dryRun: z.boolean(), delivery })
