import { waitingReports } from '../bounces/report.repo.ts'
import type { Deps } from '../core/deps.ts'
import type { MessageState } from '../mail/message.ts'
import { countLeaseHolders } from '../mail/outbox/batch.repo.ts'
import { deliveryLimits } from './delivery-limits.ts'
import { deliverySummary } from './delivery-switch.ts'
import { readLiveness } from './doctor/liveness.repo.ts'

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
