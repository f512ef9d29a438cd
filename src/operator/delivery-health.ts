import type { Deps } from '../core/deps.ts'
import { countLeaseHolders } from '../mail/outbox/batch.repo.ts'
import { type LaneWait, laneWaits } from '../mail/outbox/message-list.repo.ts'
import { readLiveness } from './doctor/liveness.repo.ts'

/** Whether somebody is there to hand over what waits. */
export interface DeliveryHealth {
  waits: LaneWait[]
  /** The newest tick of the schedule; null if there was none within two days. */
  lastTick: Date | null
  /** Workers that hold messages at this moment. */
  sendingWorkers: number
  /** How long a nudge to send has waited that no worker took; null where none waits. */
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
