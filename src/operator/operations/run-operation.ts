import { findSubscriber, type SubscriberRef } from '../../account/find-subscriber.ts'
import { type Action, recordAction } from '../../core/action.repo.ts'
import { longLimits } from '../../core/database/database.ts'
import { withRollback } from '../../core/database/with-rollback.ts'
import type { Deps, ServiceDeps } from '../../core/deps.ts'
import { errorText, Fault } from '../../core/errors.ts'
import { type Nudge, openQueue } from '../../core/queue.ts'
import type { Operation, OperationContext } from './operation.ts'

/** `by`: the name of the operator, for the operator's log. */
interface OperationCall extends Pick<Action, 'via' | 'by'> {
  input: object
  context?: Partial<OperationContext>
}

/**
 * Runs an operation. A change and its row in the operator's log are one transaction; nothing is logged if the result
 * says `unchanged`, and a dry run is rolled back. `read` gets the result inside the transaction. Throws what `run`
 * throws.
 */
export async function runOperation<R, T>(
  deps: Deps & Partial<ServiceDeps>,
  operation: Operation<R>,
  { via, by, input, context: given }: OperationCall,
  read: (deps: Deps, result: R, context: OperationContext) => T | Promise<T>,
): Promise<T> {
  const { name, effect, ownTransactions, subscriberOf } = operation
  const context = { dryRun: false, wantsJson: false, stdout: process.stdout, ...given }
  let nudges: readonly Nudge[] = []
  const run = async (within: Deps) => {
    const result = await operation.run(within, input, context)
    nudges = operation.nudges?.(result) ?? []
    return result
  }
  const work = async (within: Deps) => read(within, await run(within), context)
  if (effect === 'read') return work(deps)
  if (ownTransactions) {
    const done = await work(deps)
    if (!context.dryRun) await wakeWorkers(deps, nudges)
    return done
  }
  if (context.dryRun) return withRollback(deps, work)
  const { who, id: detail } = input as { who?: SubscriberRef; id?: string }
  const about = subscriberOf ? await subscriberOf(deps, input) : undefined
  // The transactions of `run` become savepoints of this one.
  const done = await deps.db.$transaction(
    async (tx) => {
      const inside = { ...deps, db: tx }
      // An address may be erased by `run`, or added: one of the two looks finds the subscriber.
      const before = about ?? (await subjectId(inside, input))
      const result = await run(inside)
      if ((result as { unchanged?: boolean } | undefined)?.unchanged !== true) {
        const subscriberId = before ?? (await subjectId(inside, input))
        const action = { via, by, verb: name, detail: who ? undefined : detail, subscriberId }
        await recordAction(tx, { ...action, at: deps.clock.now() })
      }
      return read(inside, result, context)
    },
    longLimits(), // resuming after a restore writes one date for every subscriber
  )
  await wakeWorkers(deps, nudges)
  return done
}

/** A command has no queue, so it opens one. Never throws: the next tick nudges too. */
async function wakeWorkers(
  { queue, databaseUrl, log }: Deps & Partial<ServiceDeps>,
  nudges: readonly Nudge[],
): Promise<void> {
  if (nudges.length === 0) return
  try {
    const open = queue ?? (await openQueue(databaseUrl, log))
    await Promise.all(nudges.map(open.nudge)).finally(() => (queue ? undefined : open.stop()))
  } catch (error) {
    log.warn('nudge.failed', { what: errorText(error) })
  }
}

/** The id of the subscriber that an action is about. `run` reports an invalid address, together with other errors. */
async function subjectId(
  { db }: Deps,
  { who, email }: { who?: SubscriberRef; email?: string },
): Promise<string | undefined> {
  const named = who ?? (email === undefined ? undefined : { email })
  if (!named || 'id' in named) return named?.id
  try {
    return (await findSubscriber(db, named)).id
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}
