import type { Database } from '../core/database/database.ts'
import { type Day, localDayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { applyChange } from '../digests/apply-change.ts'
import { changeById, newestChanges } from '../subscribers/change.repo.ts'
import { type Change, changesToUndo, isSameSubscription, type Subscription } from '../subscribers/change.ts'
import { requireSubscription, type Subscriber } from '../subscribers/subscriber.ts'
import { loadSubscription, type StoredTopic, storedTopicsOf } from '../subscribers/topic.repo.ts'
import { withHolder } from './find-subscriber.ts'
import { learnForNewQueries } from './learn-topic.ts'

/** The value of `how` for a change that undoes another. */
export const UNDO_HOW = 'page, undo'

export interface ChangeContext {
  /** Locked by the transaction. */
  subscriber: Subscriber
  topics: StoredTopic[]
  today: Day
}

/**
 * Makes a change for the holder of a manage link. Returns its id, or null if nothing differs. `wanted` may throw its
 * own faults. Throws link.*, subscriber.state, topics.too-many, query.*.
 */
export function changeByLink(
  deps: Deps,
  token: string,
  wanted: (context: ChangeContext) => Partial<Subscription>,
): Promise<number | null> {
  return changeWithLink(deps, token, 'page', (_tx, context) => ({ changes: wanted(context), already: null }))
}

/**
 * Restores what a change altered. Returns the id of the change that did, also if the newest change is that undo. Throws
 * link.*, subscriber.state, change.cannot-undo, topics.too-many.
 */
export async function undoByLink(deps: Deps, token: string, changeId: number): Promise<number> {
  const id = await changeWithLink(deps, token, UNDO_HOW, async (tx, { subscriber, today }) => {
    const change = await changeById(tx, changeId)
    if (change?.subscriberId !== subscriber.id) throw new Fault('change.cannot-undo')
    const [newest] = await newestChanges(tx, subscriber.id, 1)
    const already = newest && isUndoOf(newest, change, today) ? newest.id : null
    return { changes: changesToUndo(await loadSubscription(tx, subscriber), change, today), already }
  })
  if (id === null) throw new Fault('change.cannot-undo')
  return id
}

/** Detects a button that is pressed twice: it undoes once. */
const isUndoOf = ({ how, before, after }: Change, change: Change, today: Day): boolean =>
  how === UNDO_HOW && isSameSubscription(after, { ...before, ...changesToUndo(before, change, today) })

interface WantedChange {
  changes: Partial<Subscription>
  /** The earlier change with the same effect, if there is nothing left to change. */
  already: number | null
}

async function changeWithLink(
  deps: Deps,
  token: string,
  how: string,
  wanted: (tx: Database, context: ChangeContext) => WantedChange | Promise<WantedChange>,
): Promise<number | null> {
  const { already, edited, ...changed } = await withHolder(
    deps,
    'manage',
    token,
    async ({ tx, subscriber, now }) => {
      requireSubscription(subscriber)
      const { id, zone } = subscriber
      const context = { subscriber, today: localDayOf(now, zone), topics: await storedTopicsOf(tx, id) }
      const { changes, already } = await wanted(tx, context)
      const change = await applyChange(tx, { subscriber, changes, how, now })
      const edited = editedTopics(context.topics, await storedTopicsOf(tx, id))
      return { subscriber: id, change, already, edited }
    },
  )
  if (changed.change !== null) deps.log.info('subscriber.changed', { ...changed, what: how })
  await learnForNewQueries(deps, changed.subscriber, edited)
  return changed.change ?? already
}

/** Those whose query is another one now. */
const editedTopics = (before: readonly StoredTopic[], after: readonly StoredTopic[]): StoredTopic[] =>
  after.filter(({ id, query }) => before.some((topic) => topic.id === id && topic.query !== query))
