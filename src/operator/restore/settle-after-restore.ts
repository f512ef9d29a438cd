import type { Database } from '../../core/database/database.ts'
import type { Deps } from '../../core/deps.ts'
import { closePlans } from '../../digests/close-plans.ts'
import { openDue } from '../../digests/open-due.ts'
import { finishPlan, missDigests, plansToFill } from '../../digests/plan.repo.ts'
import { endRestoredMessages } from '../../mail/outbox/restored-messages.repo.ts'

/** What the gap between a backup and now costs. */
export interface RestoreOutcome {
  /** Messages that were open in the backup, and do not go out. */
  skipped: number
  /** Of which a try had begun: whether they arrived, nobody knows. */
  uncertain: number
  /** Digests of dates whose hour came before now. */
  missed: number
  paused: number
}

/**
 * Ends all that may have happened already after the backup: open messages, and every date whose hour has come. Call it
 * in a transaction. `since` is when the copy was noticed: what was asked for since then still goes out.
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
