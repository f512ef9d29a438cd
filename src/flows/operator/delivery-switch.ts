import { countWaiting, type LaneCount } from '../../delivery/message-list-store.ts'
import type { Database } from '../../platform/database.ts'
import { clearSwitch, readSwitch, setSwitch } from '../../platform/switch-store.ts'
import type { Deps } from '../../wiring.ts'
import { type AfterRestore, closeTheGap } from './after-restore.ts'
import { DELIVERY, isHeld, pauseIfRestored, settleIdentity } from './restored.ts'

const LONGEST_MS = 600_000

export interface DeliverySwitch {
  /** `off`: by the setting SENDING. */
  delivery: 'on' | 'paused' | 'off'
  /** `restored`: this is a copy out of a backup, and nothing is planned either. */
  reason: string | null
  since: Date | null
}

export interface DeliveryStatus extends DeliverySwitch {
  waiting: LaneCount[]
}

/** Nothing is handed over, in any process, until it is resumed. A restored database stays paused as such. */
export async function pauseDelivery({ db, clock }: Deps, { reason }: { reason: string }): Promise<void> {
  if (await isHeld(db)) return
  await setSwitch(db, DELIVERY, { value: 'paused', reason, at: clock.now() })
}

export interface Resumed {
  wasPaused: boolean
  /** Null where this is no restored database, or it was only moved. */
  afterRestore: AfterRestore | null
}

/**
 * Hands mail over again. After a restore it first ends, in one transaction, all that may have gone out since the
 * backup; not with `moved`, which says that nothing was sent since the copy was made.
 */
export async function resumeDelivery(deps: Deps, { moved = false } = {}): Promise<Resumed> {
  await pauseIfRestored(deps)
  return deps.db.$transaction(
    async (tx) => {
      const paused = await readSwitch(tx, DELIVERY)
      const held = await isHeld(tx)
      const inside = { ...deps, db: tx as Database }
      const afterRestore = held && paused && !moved ? await closeTheGap(inside, { since: paused.at }) : null
      if (held) await settleIdentity(tx, deps.clock.now())
      return { wasPaused: await clearSwitch(tx, DELIVERY), afterRestore }
    },
    { timeout: LONGEST_MS, maxWait: LONGEST_MS },
  )
}

/** Whether mail goes out. */
export async function deliverySwitch({ db, config }: Deps): Promise<DeliverySwitch> {
  const paused = await readSwitch(db, DELIVERY)
  return {
    delivery: paused ? 'paused' : config.SENDING,
    reason: paused?.reason ?? null,
    since: paused?.at ?? null,
  }
}

/** The same, and what waits in which lane: counts every message that waits. */
export async function deliveryStatus(deps: Deps): Promise<DeliveryStatus> {
  return { ...(await deliverySwitch(deps)), waiting: await countWaiting(deps.db) }
}
