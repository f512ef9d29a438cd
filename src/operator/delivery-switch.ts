import { longLimits } from '../core/database/database.ts'
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
import { closePlans, openDue } from '../digests/open-due.ts'
import { finishPlan, missDigests, plansToFill } from '../digests/plan.repo.ts'
import { restartPermits } from '../limits/permits.repo.ts'
import { ALL_EMAIL } from '../limits/send-rate.ts'
import { laneQueues } from '../mail/outbox/message-list.repo.ts'
import { endRestoredMessages } from '../mail/outbox/prune-messages.repo.ts'
import { unansweredLanes } from '../mail/sending/missing-replies.repo.ts'
import { resetComplaintCount } from '../subscribers/suppress-subscriber.ts'

export type DeliverySwitch = Awaited<ReturnType<typeof deliverySwitch>>
export type DeliverySummary = Awaited<ReturnType<typeof deliverySummary>>

/**
 * Stops all processes from sending until delivery is resumed; `restored` stops planning too, as after a detected
 * restore. Returns false if delivery is already paused that way: the pause stays, whatever the reason. Without a
 * reason, an existing pause keeps its own; that returns false too.
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

/**
 * Resumes sending, slowly at first. After a restore, one transaction first ends all messages that may have been sent
 * since the backup. `moved` skips that: it states that nothing was sent since the copy was made. `afterRestore` is null if
 * the database was not restored, or was only moved.
 */
export async function resumeDelivery(deps: Deps, { moved = false } = {}) {
  await pauseIfRestored(deps)
  return deps.db.$transaction(async (tx) => {
    await lockIdentity(tx)
    const paused = await readSwitch(tx, DELIVERY_SWITCH)
    const held = isHoldSwitch(paused)
    const inside = { ...deps, db: tx }
    const afterRestore =
      held && paused && !moved ? await settleAfterRestore(inside, { since: paused.at }) : null
    if (held) await recordIdentity(tx, deps.clock.now())
    const wasPaused = await clearSwitch(tx, DELIVERY_SWITCH)
    if (wasPaused) {
      // Sending resumes at a low rate, and the complaints that stopped it no longer count.
      await restartPermits(tx, ALL_EMAIL)
      await resetComplaintCount(tx, deps.clock.now())
    }
    return { wasPaused, afterRestore }
  }, longLimits())
}

/** Whether email is being sent. `off`: by the setting SENDING. */
export async function deliverySwitch({ db, config }: Deps) {
  const paused = await readSwitch(db, DELIVERY_SWITCH)
  return {
    delivery: paused ? ('paused' as const) : config.SENDING,
    reason: paused?.reason ?? null,
    /**
     * The database is a restored backup or a promoted standby. Planning is paused too, and resuming ends the messages
     * that may have been sent.
     */
    restored: isHoldSwitch(paused),
    since: paused?.at ?? null,
  }
}

/** deliverySwitch plus paused lanes and what waits per lane. Counts every waiting message. */
export const deliverySummary = async (deps: Deps) => ({
  ...(await deliverySwitch(deps)),
  unanswered: await unansweredLanes(deps.db),
  lanes: await laneQueues(deps.db),
})

export const countQueued = ({ lanes }: { lanes: Partial<DeliverySummary['lanes']> }): number =>
  Object.values(lanes).reduce(
    (sum, { ready, taken, deferred, uncertain }) => sum + ready + taken + deferred + uncertain,
    0,
  )

/** The cost of the gap between a backup and now. */
export type RestoreOutcome = Awaited<ReturnType<typeof settleAfterRestore>>

/**
 * Ends everything that may already have happened after the backup: open messages, and every date whose hour has passed.
 * Call it in a transaction. `since` is when the restore was detected: messages requested since then are still sent.
 * Returns how many messages are skipped or, if an attempt was in progress, uncertain; and how many digests are missed or
 * paused.
 */
async function settleAfterRestore(deps: Deps, { since }: { since: Date }) {
  const { db, clock } = deps
  const now = clock.now()
  await openDue(deps, { date: undefined, now })
  const missed = { missed: 0, paused: 0 }
  for (const { id } of await plansToFill(db)) {
    const counts = await missDigests(db, id)
    missed.missed += counts.missed
    missed.paused += counts.paused
    await finishPlan(db, id, now)
  }
  const ended = await endRestoredMessages(db, { since, now })
  await closePlans(deps)
  return { ...ended, ...missed }
}
