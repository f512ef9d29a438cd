import type { Deps } from '../core/deps.ts'
import { endExpiredMessages } from '../mail/outbox/message.repo.ts'
import { closeFinishedPlans } from './reconciliation.repo.ts'
import { isReconciled } from './reconciliation.ts'

/** Closes every finished or expired plan and logs it, as an error if its totals are not reconciled. */
export async function closePlans({ db, clock, log }: Deps): Promise<void> {
  const now = clock.now()
  await endExpiredMessages(db, now)
  for (const plan of await closeFinishedPlans(db, now)) {
    const write = isReconciled(plan) && plan.open === 0 ? log.info : log.error
    write('digests.closed', { ...plan })
  }
}
