import type { Deps } from '../core/deps.ts'
import { endExpiredMessages } from '../mail/outbox/message.repo.ts'
import { closeFinishedPlans } from './reconciliation.repo.ts'
import { isReconciled } from './reconciliation.ts'

/** Closes every plan that has nothing open any more, or is over; says so, aloud where its books do not balance. */
export async function closePlans({ db, clock, log }: Deps): Promise<void> {
  const now = clock.now()
  await endExpiredMessages(db, now)
  for (const plan of await closeFinishedPlans(db, now)) {
    const write = isReconciled(plan) && plan.open === 0 ? log.info : log.error
    write('digests.closed', { ...plan })
  }
}
