import { closeExpired } from '../../delivery/ledger/message-store.ts'
import { balances } from '../../digests/books.ts'
import { closeFinishedPlans } from '../../digests/books-store.ts'
import type { Deps } from '../../wiring.ts'

/** Closes every plan that has nothing open any more, or is over; says so, aloud where its books do not balance. */
export async function closePlans({ db, clock, log }: Deps): Promise<void> {
  const now = clock.now()
  await closeExpired(db, now)
  for (const plan of await closeFinishedPlans(db, now)) {
    const write = balances(plan) && plan.open === 0 ? log.info : log.error
    write('digests.closed', { ...plan })
  }
}
