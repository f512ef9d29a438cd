import type { Deps } from '../core/deps.ts'
import { countLeaseHolders } from '../mail/outbox/batch.repo.ts'
import { type LaneWait, laneWaits } from '../mail/outbox/message-list.repo.ts'
import { readLiveness } from './doctor/liveness.repo.ts'

/** Whether workers are running and take what waits. */
export interface DeliveryHealth {
  waits: LaneWait[]
  /** The newest tick of the schedule; null if it did not tick within two days. */
  lastTick: Date | null
  /** Workers with leased messages at this moment. */
  sendingWorkers: number
  /** How long the oldest nudge to send has waited for a worker; null if none waits. */
  nudgeWaitsSeconds: number | null
}

export async function deliveryHealth({ db }: Deps): Promise<DeliveryHealth> {
  const { tick, waitsSeconds } = await readLiveness(db)
  return {
    waits: await laneWaits(db),
    lastTick: tick,
    sendingWorkers: await countLeaseHolders(db),
    nudgeWaitsSeconds: waitsSeconds === null ? null : Math.round(waitsSeconds),
  }
}
