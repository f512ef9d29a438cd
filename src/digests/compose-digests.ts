import { setImmediate } from 'node:timers/promises'
import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { addDays, type Day } from '../core/dates.ts'
import { profilesOf } from '../subscribers/profile.repo.ts'
import { compose } from './compose.ts'
import { type Composed, hereSince } from './composed.ts'
import type { Recipient } from './digest.repo.ts'
import { earlierDigests, lastLooks, papersShownTo } from './earlier-digest.repo.ts'
import { type EarlierDigest, ONCE_IN_DAYS, offeredSince } from './offer.ts'
import { dryTopics, QUIET_DATES } from './quiet.repo.ts'
import type { OpenShelf } from './shelf.repo.ts'
import type { Shelf } from './shelf.ts'
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
  input: ComposeDigestsInput,
): Promise<Composed[]> {
  const { recipients, localDate, snapshot, shelf: open, now } = input
  await open.learn(
    db,
    recipients.flatMap(({ topics }) => topics),
  )
  const turning = recipients.filter(({ topics }) => open.mayTurn(topics))
  const earlier = await earlierOf(db, input, turning)
  const looks = await lastLooks(db, {
    recipients: turning.map((recipient) => ({ id: idOf(recipient), here: hereSince(recipient) })),
    since: offeredSince(localDate, null),
  })
  await open.lookBack(db, [...new Set([...looks.values()].map(({ history }) => history))])
  const profiles = await profilesOf(db, recipients.map(idOf))
  const dry = await dryTopics(db, { topicIds: emptyTopics(open.shelf, recipients, localDate), localDate })
  const composed: Composed[] = []
  for (const [i, recipient] of recipients.entries()) {
    if (i % IN_ONE_TURN === 0) await setImmediate()
    const id = idOf(recipient)
    const known = { earlier: earlier.get(id) ?? [], last: looks.get(id), history: open.history }
    const wanted = { profile: profiles.get(id), dry }
    composed.push(compose(open.shelf, { recipient, localDate, ...known, ...wanted, ...snapshot, now }))
  }
  return composed
}

/** So many are composed before pages and mail servers of the same process get their turn. */
const IN_ONE_TURN = 10

/** Topics that may be dry, of those who have others; whoever has none that matches gets a note instead. */
function emptyTopics(shelf: Shelf, recipients: readonly Recipient[], localDate: Day): number[] {
  const matchedSince = (day: Day) => (topic: { queryId: number }) =>
    (shelf.lastMatched(topic.queryId) ?? '') >= day
  const hasNews = matchedSince(offeredSince(localDate, null))
  // Nobody is due five times in fewer days.
  const isFull = matchedSince(addDays(localDate, 1 - QUIET_DATES))
  return recipients.flatMap(({ topics }) =>
    topics.some(hasNews) ? topics.filter((topic) => !isFull(topic)).map(({ id }) => id) : [],
  )
}

const idOf = ({ subscriberId }: Recipient): string => subscriberId

type Earlier = Map<string, EarlierDigest[]>

async function earlierOf(
  db: DatabaseOrTransaction,
  input: ComposeDigestsInput,
  turning: readonly Recipient[],
): Promise<Earlier> {
  const { recipients, localDate, snapshot, shelf: open, now } = input
  const since = offeredSince(localDate, null)
  const earlier: Earlier = await earlierDigests(db, {
    subscriberIds: recipients.map(idOf),
    lowest: open.shelf.lowestSince(since) ?? snapshot.horizon + 1,
    since,
    now,
  })
  await addShownBefore(db, input, turning, earlier)
  return earlier
}

/** A paper that was shown weeks ago does not come again because a newer version was listed. */
async function addShownBefore(
  db: DatabaseOrTransaction,
  { localDate, shelf: { shelf } }: ComposeDigestsInput,
  turning: readonly Recipient[],
  earlier: Earlier,
): Promise<void> {
  const shown = await papersShownTo(db, {
    subscriberIds: turning.map(idOf),
    paperIds: [...shelf.listedBefore(offeredSince(localDate, null))],
    since: addDays(localDate, -ONCE_IN_DAYS),
  })
  for (const [subscriberId, papers] of shown) {
    const digest = { fromPaper: 0, toPaper: 0, papers, bestDay: null, settled: true }
    earlier.set(subscriberId, [...(earlier.get(subscriberId) ?? []), digest])
  }
}
