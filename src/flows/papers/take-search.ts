import { takeTokens } from '../../platform/bucket-store.ts'
import { Fault } from '../../platform/errors.ts'
import type { Deps } from '../../wiring.ts'
import { counted, words } from '../../words/words.ts'

// For one network and over all processes: enough for a few people who search all the time, and for readers of feeds.
const AT_ONCE = 120
const PER_SECOND = 2

/** Counts a search for a network ("203.0.113.0/24"). Throws rate.too-many. */
export async function takeSearch({ db }: Deps, { network }: { network: string }): Promise<void> {
  const bucket = { key: `search ${network}`, capacity: AT_ONCE, perSecond: PER_SECOND }
  const { allowed, waitSeconds } = await takeTokens(db, bucket)
  if (allowed) return
  const seconds = Math.ceil(waitSeconds)
  const wait = counted(seconds, words.counts.second)
  throw new Fault('rate.too-many', { limit: 'searches of one network', seconds, wait })
}
