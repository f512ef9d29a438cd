import type { Deps } from '../core/deps.ts'
import type { Queue } from '../core/queue.ts'
import { pauseIfRestored } from '../core/restored-database.ts'
import { randomId } from '../core/secrets.ts'
import type { Compose, Lane } from '../mail/message.ts'
import { endExpiredMessages } from '../mail/outbox/message.repo.ts'
import { type DrainInput, drain } from '../mail/sending/drain.ts'
import type { RunResult } from '../mail/sending/run.ts'
import { suppress } from '../subscribers/suppress-subscriber.ts'

export interface DeliverDeps extends Deps {
  compose: Compose
  /** If given, other processes are nudged to help. */
  queue?: Queue
}

export interface DeliverInput extends Pick<DrainInput, 'signal'> {
  lane: Lane
}

/**
 * Delivers every ready message of a lane to the mail server, and ends those whose deadline has passed. Does nothing
 * else without SMTP_URL, with SENDING=off, or while delivery is paused, as it is on a restored database.
 */
export async function deliverReady(deps: DeliverDeps, { lane, ...input }: DeliverInput): Promise<RunResult> {
  const { db, clock, compose, queue } = deps
  await pauseIfRestored(deps)
  await endExpiredMessages(db, clock.now())
  return drain(deps, {
    ...input,
    lane,
    owner: `${process.pid}-${randomId(80)}`,
    compose,
    onMoreReady: queue && (() => queue.nudge(`drain-${lane}`)),
    onDeadAddress: (address) => suppress(deps, { email: address, reason: 'dead' }),
  })
}
