import type { Database, DatabaseOrTransaction } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import {
  DELIVERY_SWITCH,
  holdDelivery,
  isHoldSwitch,
  lockIdentity,
  pauseIfRestored,
  pauseUnlessHeld,
  recordIdentity,
} from '../core/restored-database.ts'
import { clearSwitch, readSwitch } from '../core/switch.repo.ts'
import { countWaiting, type LaneCount } from '../mail/outbox/message-list.repo.ts'
import { resetSendRateAfterPause } from '../mail/rate-limits/send-rate.repo.ts'
import { resetComplaintCount } from '../subscribers/complaints.ts'
import { type RestoreOutcome, settleAfterRestore } from './restore/settle-after-restore.ts'

const MAX_DURATION_MS = 600_000

export interface DeliverySwitch {
  /** `off`: by the setting SENDING. */
  delivery: 'on' | 'paused' | 'off'
  reason: string | null
  /** This is a copy out of a backup or a promoted standby: nothing is planned either, and going on ends what may have gone out. */
  restored: boolean
  since: Date | null
}

export interface DeliverySummary extends DeliverySwitch {
  waiting: LaneCount[]
}

/**
 * Nothing is handed over, in any process, until it is resumed; with `restored` nothing is planned either, as on a
 * database that is seen to be restored. False where that is so already: it stays so, whatever the reason. Without a
 * reason a pause that stands keeps its own: false too.
 */
export async function pauseDelivery(
  { db, clock }: Deps,
  { reason, restored = false }: { reason?: string; restored?: boolean },
): Promise<boolean> {
  const at = clock.now()
  if (restored) return holdDelivery(db, at)
  if (reason === undefined && (await readSwitch(db, DELIVERY_SWITCH))) return false
  return pauseUnlessHeld(db, { reason: reason ?? 'paused by the operator', at })
}

export interface ResumeResult {
  wasPaused: boolean
  /** Null where this is no restored database, or it was only moved. */
  afterRestore: RestoreOutcome | null
}

/**
 * Hands mail over again, slowly at first. After a restore it first ends, in one transaction, all that may have gone out since the
 * backup; not with `moved`, which says that nothing was sent since the copy was made.
 */
export async function resumeDelivery(deps: Deps, { moved = false } = {}): Promise<ResumeResult> {
  await pauseIfRestored(deps)
  return deps.db.$transaction(
    async (tx) => {
      await lockIdentity(tx)
      const paused = await readSwitch(tx, DELIVERY_SWITCH)
      const held = isHoldSwitch(paused)
      const inside = { ...deps, db: tx as Database }
      const afterRestore =
        held && paused && !moved ? await settleAfterRestore(inside, { since: paused.at }) : null
      if (held) await recordIdentity(tx, deps.clock.now())
      const wasPaused = await clearSwitch(tx, DELIVERY_SWITCH)
      if (wasPaused) await restartSending(tx, deps.clock.now())
      return { wasPaused, afterRestore }
    },
    { timeout: MAX_DURATION_MS, maxWait: MAX_DURATION_MS },
  )
}

/** What has gathered goes out slowly at first, and what stopped delivery is settled. */
async function restartSending(tx: DatabaseOrTransaction, at: Date): Promise<void> {
  await resetSendRateAfterPause(tx)
  await resetComplaintCount(tx, at)
}

/** Whether mail goes out. */
export async function deliverySwitch({ db, config }: Deps): Promise<DeliverySwitch> {
  const paused = await readSwitch(db, DELIVERY_SWITCH)
  return {
    delivery: paused ? 'paused' : config.SENDING,
    reason: paused?.reason ?? null,
    restored: isHoldSwitch(paused),
    since: paused?.at ?? null,
  }
}

/** The same, and what waits in which lane: counts every message that waits. */
export async function deliverySummary(deps: Deps): Promise<DeliverySummary> {
  return { ...(await deliverySwitch(deps)), waiting: await countWaiting(deps.db) }
}
