import { type Composed, compose } from '../../digests/compose.ts'
import { earlierDigests, type Recipient } from '../../digests/digest-store.ts'
import { offeredSince } from '../../digests/offer.ts'
import type { OpenShelf } from '../../digests/shelf-store.ts'
import type { DatabaseOrTransaction } from '../../platform/database.ts'
import type { Day } from '../../platform/dates.ts'
import type { Snapshot } from './snapshot.ts'

export interface ComposeDigestsInput {
  recipients: readonly Recipient[]
  localDate: Day
  /** What may be looked at; the shelf may hold more. */
  snapshot: Snapshot
  shelf: OpenShelf
  now: Date
}

/** What each one's digest of that date says, in the recipients' order. Writes nothing. */
export async function composeDigests(
  db: DatabaseOrTransaction,
  { recipients, localDate, snapshot, shelf: { shelf, learn }, now }: ComposeDigestsInput,
): Promise<Composed[]> {
  await learn(
    db,
    recipients.flatMap(({ topics }) => topics),
  )
  const since = offeredSince(localDate, null)
  const earlier = await earlierDigests(db, {
    subscriberIds: recipients.map(({ subscriberId }) => subscriberId),
    lowest: shelf.lowestSince(since) ?? snapshot.horizon + 1,
    since,
    now,
  })
  return recipients.map((recipient) =>
    compose(shelf, {
      recipient,
      earlier: earlier.get(recipient.subscriberId) ?? [],
      localDate,
      ...snapshot,
      now,
    }),
  )
}
