import { type WaitingReports, waitingReports } from '../bounces/report.repo.ts'
import type { Deps } from '../core/deps.ts'
import { LANES, type Lane, type MessageState } from '../mail/message.ts'
import { countLeaseHolders } from '../mail/outbox/batch.repo.ts'
import { type LaneCount, type LaneWait, laneWaits } from '../mail/outbox/message-list.repo.ts'
import { type DeliveryLimit, deliveryLimits } from './delivery-limits.ts'
import { type DeliverySummary, deliverySummary } from './delivery-switch.ts'
import { readLiveness } from './doctor/liveness.repo.ts'

export const QUEUED_STATES = ['ready', 'taken', 'deferred', 'uncertain'] as const satisfies MessageState[]

/** Whether workers are running and take what waits. */
interface DeliveryHealth {
  waits: LaneWait[]
  /** The newest tick of the schedule; null if it did not tick within two days. */
  lastTick: Date | null
  /** Workers with leased messages at this moment. */
  sendingWorkers: number
  /** How long the oldest nudge to send has waited for a worker; null if none waits. */
  nudgeWaitsSeconds: number | null
}

export type DeliveryReport = DeliverySummary &
  DeliveryHealth & { sendRates: DeliveryLimit[]; reports: WaitingReports }

/** Whether email is being sent, what waits in which lane, what limits it, and whether workers are running. */
export const deliveryReport = async (deps: Deps): Promise<DeliveryReport> => ({
  ...(await deliverySummary(deps)),
  ...(await deliveryHealth(deps)),
  sendRates: await deliveryLimits(deps),
  reports: await waitingReports(deps.db),
})

async function deliveryHealth({ db }: Deps): Promise<DeliveryHealth> {
  const { tick, waitsSeconds } = await readLiveness(db)
  return {
    waits: await laneWaits(db),
    lastTick: tick,
    sendingWorkers: await countLeaseHolders(db),
    nudgeWaitsSeconds: waitsSeconds === null ? null : Math.round(waitsSeconds),
  }
}

/** The form of the command's JSON output and of the API. */
export const jsonOfDeliveryReport = ({ waiting, waits, ...report }: DeliveryReport) => ({
  delivery: report.delivery,
  reason: report.reason,
  restored: report.restored,
  since: report.since,
  lanes: Object.fromEntries(LANES.map((lane) => [lane, laneJson(lane, waiting, waits)])) as Record<
    Lane,
    ReturnType<typeof laneJson>
  >,
  sendRates: report.sendRates,
  reports: { waiting: report.reports.count, oldest: report.reports.oldest },
  schedule: { ticked: report.lastTick },
  workers: { holding: report.sendingWorkers, nudgeWaitsSeconds: report.nudgeWaitsSeconds },
})

function laneJson(lane: Lane, waiting: LaneCount[], waits: LaneWait[]) {
  const wait = waits.find((one) => one.lane === lane)
  const counts = QUEUED_STATES.map((state) => [state, queuedCount(waiting, lane, state)])
  return {
    ...(Object.fromEntries(counts) as Record<(typeof QUEUED_STATES)[number], number>),
    oldest: wait?.oldest ?? null,
    nextTry: wait?.nextTry ?? null,
  }
}

export const queuedCount = (waiting: LaneCount[], lane: Lane, state: MessageState): number =>
  waiting.find((one) => one.lane === lane && one.state === state)?.count ?? 0
