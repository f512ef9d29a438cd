import type { Deps } from '../core/deps.ts'
import { countHolders } from '../mail/outbox/chunk.repo.ts'
import { type LaneWait, longestWaits } from '../mail/outbox/message-list.repo.ts'
import { signsOfLife } from './doctor/signs-of-life.repo.ts'

/** Whether somebody is there to hand over what waits. */
export interface DeliveryHealth {
  waits: LaneWait[]
  /** The newest tick of the schedule; null if there was none within two days. */
  ticked: Date | null
  /** Workers that hold messages at this moment. */
  holders: number
  /** How long a nudge to send has waited that no worker took; null where none waits. */
  nudgeWaitsSeconds: number | null
}

export async function deliveryHealth({ db }: Deps): Promise<DeliveryHealth> {
  const { tick, waitsSeconds } = await signsOfLife(db)
  return {
    waits: await longestWaits(db),
    ticked: tick,
    holders: await countHolders(db),
    nudgeWaitsSeconds: waitsSeconds === null ? null : Math.round(waitsSeconds),
  }
}
