import type { Database } from '../../core/database/database.ts'
import type { Deps } from '../../core/deps.ts'
import { closePlans, openDue } from '../../digests/open-due.ts'
import { finishPlan, missDigests, plansToFill } from '../../digests/plan.repo.ts'
import { endRestoredMessages } from '../../mail/outbox/prune-messages.repo.ts'

/** The cost of the gap between a backup and now. */
export interface RestoreOutcome {
  /** Messages that were open in the backup and are not sent. */
  skipped: number
  /** Messages with an attempt in progress: it is unknown whether they were delivered. */
  uncertain: number
  /** Digests of dates whose due hour has passed. */
  missed: number
  paused: number
}

/**
 * Ends everything that may already have happened after the backup: open messages, and every date whose hour has passed.
 * Call it in a transaction. `since` is when the restore was detected: messages requested since then are still sent.
 */
export async function settleAfterRestore(
  deps: Deps & { db: Database },
  { since }: { since: Date },
): Promise<RestoreOutcome> {
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
  const ended = await endRestoredMessages(db, { since })
  await closePlans(deps)
  return { ...ended, ...missed }
}
