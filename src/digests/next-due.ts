import type { Deps } from '../core/deps.ts'
import { listSubscribers } from '../subscribers/subscriber.repo.ts'
import { nextDue } from './due.ts'

/** The next instant at which any active subscriber's digest is due; undefined if no digest will be due. */
export async function earliestNextDue({ db, clock }: Deps): Promise<Date | undefined> {
  const now = clock.now()
  const active = await listSubscribers(db, 'active')
  const dues = active.flatMap((subscriber) => nextDue(subscriber, now)?.dueAt ?? [])
  return dues.sort((a, b) => a.getTime() - b.getTime())[0]
}
