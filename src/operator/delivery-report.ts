import { z } from 'zod'
import { waitingReports } from '../bounces/report.repo.ts'
import type { Deps } from '../core/deps.ts'
import { type ActiveSendRate, activeSendRates } from '../limits/send-rate.repo.ts'
import { ALL_EMAIL, domainOfRate, rampUpRate } from '../limits/send-rate.ts'
import type { MessageState } from '../mail/message.ts'
import { countLeaseHolders } from '../mail/outbox/batch.repo.ts'
import type { UnansweredLane } from '../mail/sending/missing-replies.repo.ts'
import { deliverySummary } from './delivery-switch.ts'
import { readLiveness } from './health/liveness.repo.ts'
import { count, instant } from './operations/fields.ts'
import { number } from './operations/text-table.ts'

export const QUEUED_STATES = ['ready', 'taken', 'deferred', 'uncertain'] as const satisfies MessageState[]

export type DeliveryReport = Awaited<ReturnType<typeof deliveryReport>>

/** Whether email is being sent, what waits in which lane, what limits it, and whether workers are running. */
export async function deliveryReport(deps: Deps) {
  const { db } = deps
  const { tick, waitsSeconds } = await readLiveness(db)
  const reports = await waitingReports(db)
  return {
    ...(await deliverySummary(deps)),
    sendRates: await deliveryLimits(deps),
    reports: { waiting: reports.count, oldest: reports.oldest },
    /** The newest tick of the schedule; null if it did not tick within two days. */
    schedule: { ticked: tick },
    workers: {
      /** Workers with leased messages at this moment. */
      holding: await countLeaseHolders(db),
      /** How long the oldest nudge to send has waited for a worker; null if none waits. */
      nudgeWaitsSeconds: waitsSeconds === null ? null : Math.round(waitsSeconds),
    },
  }
}

export const sendRate = z
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
    reply: z.string().nullable().describe('The reply, without addresses; how much was refused'),
  })
  .meta({ id: 'SendRate' })

/** A rate limit in effect now, other than the limits per domain in the settings. */
export type DeliveryLimit = z.infer<typeof sendRate>

/** Limits on all email first, then held domains, then the slowest. */
export async function deliveryLimits(deps: Pick<Deps, 'db' | 'config' | 'clock'>): Promise<DeliveryLimit[]> {
  const sendRates = await activeSendRates(deps.db)
  const limiting = sendRates.flatMap(limitsOf).sort(bySeverity)
  return [...limitsFromSettings(deps, sendRates), ...limiting]
}

const NOTHING = { domain: null, perSecond: null, until: null, left: null, of: null, reply: null }

function limitsFromSettings(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  sendRates: ActiveSendRate[],
): DeliveryLimit[] {
  const rate = config.SMTP_URL?.rate
  const isSlower = sendRates.some(({ key, slowed }) => key === ALL_EMAIL && slowed)
  const today = rampUpRate(config, clock.now())
  // There is no row before the day's first email.
  const left = today && (sendRates.find(({ key }) => key === today.key)?.left ?? today.mails)
  return [
    ...(rate !== undefined && !isSlower ? [{ ...NOTHING, kind: 'rate' as const, perSecond: rate }] : []),
    ...(today && left !== undefined ? [{ ...NOTHING, kind: 'ramp-up' as const, left, of: today.mails }] : []),
  ]
}

function limitsOf({ key, perSecond, slowed, heldUntil, wasHeld, reply }: ActiveSendRate): DeliveryLimit[] {
  const domain = domainOfRate(key)
  if (heldUntil) return [{ ...NOTHING, kind: 'held', domain, until: heldUntil, reply }]
  if (!slowed) return []
  const kind = wasHeld ? 'was-held' : reply === null ? 'resumed' : 'slowed'
  return [{ ...NOTHING, kind, domain, perSecond, reply }]
}

const bySeverity = (a: DeliveryLimit, b: DeliveryLimit): number =>
  Number(a.domain !== null) - Number(b.domain !== null) || (a.perSecond ?? 0) - (b.perSecond ?? 0)

/** "The mail server takes bulk emails but does not reply (Connection closed unexpectedly)" */
export const unansweredText = ({ lane, detail }: UnansweredLane): string =>
  `The mail server takes ${lane} emails but does not reply (${detail})`

/** How that ends. */
export const UNANSWERED_SENTENCE =
  'One email a minute is tried. Sending resumes by itself once the server replies.'

const MAX_REPORTED = 120

/** "gmail.com: 2.5 a second, since its server asked for less: 421 4.7.28 …" */
export function deliveryLimitText(limit: DeliveryLimit): string {
  const { kind, domain, perSecond, until, left, of, reply } = limit
  const whose = domain ?? 'all email'
  const speed = `${whose}: ${number(Number((perSecond ?? 0).toPrecision(2)))} a second`
  const words = reply && reply.length > MAX_REPORTED ? `${reply.slice(0, MAX_REPORTED - 1)}…` : reply
  switch (kind) {
    case 'rate':
      return `${speed} (SMTP_URL)`
    case 'ramp-up':
      return `new sending domain: ${number(left ?? 0)} of ${number(of ?? 0)} left today, UTC (ramp-up)`
    case 'held':
      return `${whose}: held until ${until?.toISOString().slice(11, 16)} UTC, after refusals: ${words}`
    case 'was-held':
      return `${speed}, after an hour on hold for refusals: ${words}`
    case 'resumed':
      return `${speed}, since delivery was resumed`
    default:
      return `${speed}, because ${domain === null ? 'the mail' : 'its'} server asked to slow down: ${words}`
  }
}
