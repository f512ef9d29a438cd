import { countWaiting, type LaneCount } from '../../delivery/message-list-store.ts'
import { clearSwitch, readSwitch, setSwitch } from '../../platform/switch-store.ts'
import type { Deps } from '../../wiring.ts'

const SWITCH = 'delivery'

export interface DeliveryStatus {
  /** `off`: by the setting SENDING. */
  delivery: 'on' | 'paused' | 'off'
  reason: string | null
  since: Date | null
  waiting: LaneCount[]
}

/** Nothing is handed over, in any process, until it is resumed. */
export async function pauseDelivery({ db, clock }: Deps, { reason }: { reason: string }): Promise<void> {
  await setSwitch(db, SWITCH, { value: 'paused', reason, at: clock.now() })
}

/** True where it was paused. */
export async function resumeDelivery({ db }: Deps): Promise<boolean> {
  return clearSwitch(db, SWITCH)
}

/** Whether mail goes out, and what waits in which lane. */
export async function deliveryStatus({ db, config }: Deps): Promise<DeliveryStatus> {
  const paused = await readSwitch(db, SWITCH)
  return {
    delivery: paused ? 'paused' : config.SENDING,
    reason: paused?.reason ?? null,
    since: paused?.at ?? null,
    waiting: await countWaiting(db),
  }
}
