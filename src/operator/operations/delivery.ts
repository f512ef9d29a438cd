import { z } from 'zod'
import type { Deps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { LANES } from '../../mail/message.ts'
import { deliveryReport, QUEUED_STATES, sendRate } from '../delivery-report.ts'
import {
  type DeliverySwitch,
  deliverySwitch,
  pauseDelivery,
  type RestoreOutcome,
  resumeDelivery,
} from '../delivery-switch.ts'
import { textOfDelivery } from './delivery-text.ts'
import { count, countsOf, instant, line } from './fields.ts'
import { operation } from './operation.ts'
import { formatMinute } from './text-table.ts'

const waiting = z.object({
  ...countsOf(QUEUED_STATES),
  oldest: instant.nullable().describe('When the oldest waiting message was created'),
  nextTry: instant.nullable().describe('The earliest time of the next attempt'),
})

const delivery = z
  .object({
    delivery: z.enum(['on', 'paused', 'off']).describe('off: by the setting SENDING'),
    reason: z.string().nullable(),
    restored: z
      .boolean()
      .describe(
        'Restored from a backup, or a promoted standby: nothing is planned either, and pausing has no effect',
      ),
    since: instant.nullable(),
    unanswered: z
      .array(
        z.object({
          lane: z.enum(LANES),
          emails: count.describe(
            'Emails in a row without a reply; at least five, also if they were not in a row',
          ),
          detail: z.string().describe('What happened instead of the last reply, without addresses'),
          since: instant.describe('When the first of them was sent'),
        }),
      )
      .describe(
        'Lanes that are paused because the mail server takes emails and does not reply; one email a minute is tried until it does',
      ),
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

const changedDelivery = z.object({ dryRun: z.boolean(), delivery })

const tag = 'delivery'
const MAX_REASON_LENGTH = 200

const status = operation({
  name: 'delivery status',
  summary: 'whether emails are being sent, what is queued, and whether workers are running',
  effect: 'read',
  run: deliveryReport,
  output: (report, _input, { clock }) => ({ text: textOfDelivery({ ...report, now: clock.now() }) }),
  command: {},
  api: {
    path: '/api/delivery',
    operationId: 'showDelivery',
    tag,
    response: delivery,
  },
})

const changedJson = async (deps: Deps) => ({ delivery: await deliveryReport(deps) })

const reason = line
  .trim()
  .max(MAX_REASON_LENGTH, `a reason of up to ${MAX_REASON_LENGTH} characters`)
  .describe('The reason, without addresses. If omitted, an existing pause keeps its reason')

export const pause = operation({
  name: 'delivery pause',
  summary: 'stop sending in every process until resumed',
  effect: 'change',
  input: z.object({ reason: reason.optional(), restored: z.boolean().optional() }),
  run: async (deps, { reason, restored }) => {
    if (restored && reason)
      throw new Fault('usage.wrong', { what: '--restored cannot be used with --reason' })
    const changed = await pauseDelivery(deps, { reason: reason || undefined, restored })
    return { unchanged: !changed, now: await deliverySwitch(deps) }
  },
  output: ({ unchanged, now }) => {
    const { reason, restored } = now
    return {
      json: { delivery: 'paused', reason, restored, changed: !unchanged },
      text: unchanged ? textOfNoPause(now) : `Delivery is paused: ${reason}`,
    }
  },
  command: {
    options: {
      reason: ['--reason <reason>', 'the reason, shown in the status'],
      restored: [
        '--restored',
        'also stop planning: for a database restored from a backup that the service did not detect',
      ],
    },
  },
  api: {
    path: '/api/delivery/pause',
    operationId: 'pauseDelivery',
    tag,
    input: z.strictObject({ reason: reason.min(1, 'why').optional() }),
    response: changedDelivery,
    body: changedJson,
  },
  admin: {
    button: 'Pause delivery',
    labels: { reason: 'Reason for pausing' },
    done: {
      paused: 'Delivery is paused. Emails already being sent may still go out.',
      already: 'No change: delivery was already paused.',
      held: 'No change: this database was restored or promoted, so delivery stays on hold until you resume it.',
    },
    outcome: ({ unchanged, now }) => (unchanged ? (now.restored ? 'held' : 'already') : 'paused'),
  },
})

export const resume = operation({
  name: 'delivery resume',
  summary: 'resume sending; after a restore, first end what may have been sent since the backup',
  effect: 'change',
  input: z.object({
    moved: z
      .boolean({ error: 'true or false' })
      .default(false)
      .describe('After a restore: nothing was sent since the backup was made, so end nothing'),
  }),
  run: (deps, { moved }) => resumeDelivery(deps, { moved }),
  // A restored database plans nothing until then.
  nudges: ({ wasPaused, afterRestore }) => [
    ...(afterRestore ? (['plan'] as const) : []),
    ...(wasPaused ? (['drain-transactional', 'drain-bulk'] as const) : []),
  ],
  output: ({ wasPaused, afterRestore }, _input, { config }) => {
    const off = config.SENDING === 'off' ? ' Nothing is sent yet: SENDING=off.' : ''
    const text = `${wasPaused ? 'Delivery resumed.' : 'Delivery was not paused.'}${off}`
    return {
      json: { delivery: 'on', wasPaused, afterRestore },
      text: afterRestore ? `${textOfRestore(afterRestore)}\n${text}` : text,
    }
  },
  command: {
    options: {
      moved: ['--moved', 'after a restore: nothing was sent since the backup was made, so end nothing'],
    },
  },
  api: {
    path: '/api/delivery/resume',
    operationId: 'resumeDelivery',
    tag,
    summary: 'Resume sending',
    response: changedDelivery,
    body: changedJson,
  },
  admin: { button: 'Resume delivery', done: 'Delivery resumed.' },
})

const textOfNoPause = ({ reason, restored, since }: DeliverySwitch): string =>
  restored
    ? `No change: this database was ${reason}. Nothing is sent until delivery resume.`
    : `No change: delivery has been paused since ${since ? formatMinute(since) : ''} UTC: ${reason}`

const textOfRestore = ({ skipped, uncertain, missed, paused }: RestoreOutcome): string =>
  [
    'After the restore or promotion:',
    `  Open messages that may have been sent since the backup: ${skipped} skipped (restored)`,
    `  Open messages whose sending had started: ${uncertain} uncertain`,
    `  Digests whose hour has passed: ${missed} recorded as missed, ${paused} as paused`,
    '  The next digests include the papers of the missed ones.',
  ].join('\n')

export const DELIVERY_OPERATIONS = [pause, resume, status]
