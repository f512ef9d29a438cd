import { monotonicMs } from '../../core/clock.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import type { Lane, TakenMessage } from '../message.ts'
import { type EndedMessage, takeMessages } from '../outbox/message.repo.ts'
import { type HeldBatch, openLeases } from './leases.ts'
import type { Permits } from './permits.ts'

export interface Work {
  message: TakenMessage
  batch: HeldBatch
  /** By the monotonic clock. */
  takenAt: number
}

/** Messages that one drain has taken ahead: up to one for each connection, besides the one that is being sent. */
export interface Prefetcher {
  /** The next message; undefined while nothing is ready, or once the prefetcher stops. */
  next(): Promise<Work | undefined>
  /** True while this message may still begin. */
  mayStart(work: Work): boolean
  /** The next step of a message begins. It may take a minute, or a minute more than its own limit. */
  step(work: Work, ownLimitMs?: number): void
  /** The result is recorded, or the message was never begun. */
  done(work: Work): Promise<void>
  /** A connection pauses or ends. After the last one, messages that no connection can send are released. */
  leave(): Promise<void>
  /** The connection continues. */
  join(): void
  /** Takes nothing new from now on. */
  stop(): void
  /** Releases all messages that were not begun. Call it when no message is in progress. */
  close(): Promise<void>
}

interface PrefetcherInput {
  lane: Lane
  owner: string
  /** The most messages to take ahead. */
  size: number
  permits: Permits
  /** Milliseconds without progress after which leases are no longer renewed; a minute by default. */
  stalledAfterMs?: number
  /** Called if a batch is leased while others are free. */
  onMoreReady?: () => Promise<void>
  /** Called for each message that may no longer be sent. */
  onEnded: (ended: EndedMessage) => void
}

export function openPrefetcher(deps: Deps, input: PrefetcherInput): Prefetcher {
  const { lane, owner, size, permits, stalledAfterMs, onMoreReady, onEnded } = input
  const progress = openProgressTracker<Work>({ stalledAfterMs })
  const leases = openLeases(deps, { lane, owner, isMakingProgress: progress.isMakingProgress })
  const waiting: Work[] = []
  let current: HeldBatch | undefined
  let isDrained = false
  let stopped = false
  let filling: Promise<boolean> | undefined
  let connections = size

  const leaseNext = async (): Promise<HeldBatch | undefined> => {
    const leased = await leases.lease()
    // If the nudge fails, other workers look within a minute anyway.
    if (leased?.more)
      await onMoreReady?.().catch((error) => deps.log.error('nudge.failed', { what: errorText(error) }))
    return leased?.batch
  }

  const giveBackIfDone = async (batch: HeldBatch) => {
    if (batch.exhausted && batch.open === 0) await leases.release(batch)
  }

  const takeFrom = async (batch: HeldBatch): Promise<boolean> => {
    if (!leases.isValid(batch)) return false
    const limit = await permits.acquire(batch, size - waiting.length)
    if (limit === 0) return false
    const now = deps.clock.now()
    const takenAt = monotonicMs()
    const { taken, ended } = await takeMessages(deps.db, { chunk: batch.id, owner: batch.owner, now, limit })
    ended.forEach(onEnded)
    if (taken.length < limit) await permits.giveBack(batch, limit - taken.length)
    const allowed = await permits.splitByDomain(batch, taken)
    for (const message of allowed) waiting.push({ message, batch, takenAt })
    batch.open += allowed.length
    return taken.length + ended.length > 0
  }

  /** False if nothing is ready. */
  const fill = async (): Promise<boolean> => {
    while (!stopped) {
      current ??= await leaseNext()
      isDrained = current === undefined
      if (!current) return false
      const batch = current
      if (await takeFrom(batch)) return true
      batch.exhausted = true
      current = undefined
      await giveBackIfDone(batch)
    }
    return false
  }

  const fillOnce = (): Promise<boolean> => {
    filling ??= fill().finally(() => {
      filling = undefined
    })
    return filling
  }

  // Runs while the connections are busy. If it fails, next() fails in the same way.
  const fillAhead = () => {
    if (!isDrained && waiting.length <= size / 2) fillOnce().catch(() => {})
  }

  const done = async (work: Work) => {
    const { batch } = work
    progress.done(work)
    batch.open--
    await giveBackIfDone(batch)
  }

  const next = async (): Promise<Work | undefined> => {
    while (!stopped) {
      progress.touch()
      const work = waiting.shift()
      if (work && leases.isValid(work.batch)) {
        fillAhead()
        return work
      }
      if (work) await done(work)
      else if (!(await fillOnce()) && waiting.length === 0) return undefined
    }
    return undefined
  }

  return {
    next,
    step: progress.step,
    done,
    mayStart: ({ batch }) => !stopped && leases.isValid(batch),
    leave: async () => {
      connections--
      if (connections > 0) return
      await filling?.catch(() => {})
      for (const { batch } of waiting.splice(0)) batch.open--
      current = undefined
      await leases.releaseAll()
    },
    join: () => {
      connections++
    },
    stop: () => {
      stopped = true
    },
    close: async () => {
      stopped = true
      await filling?.catch(() => {})
      await leases.close()
    },
  }
}

const STALLED_AFTER_MS = 60_000

/**
 * Detects whether a prefetcher still makes progress. One that hangs must not renew its leases forever, because no other
 * worker would get the messages. A step with its own time limit may take that long: if the lease ended meanwhile, the
 * email would be sent twice.
 */
interface ProgressTracker<Work extends { batch: unknown }> {
  /** The next step of a message begins. It counts as progress until its own limit and a minute are over. */
  step(work: Work, ownLimitMs?: number): void
  /** The work on a message has ended. */
  done(work: Work): void
  /** The prefetcher did anything else. */
  touch(): void
  /** False if every message in progress of the batch hangs, or the whole prefetcher hangs. */
  isMakingProgress(batch: Work['batch']): boolean
}

export function openProgressTracker<Work extends { batch: unknown }>({
  stalledAfterMs = STALLED_AFTER_MS,
  now = monotonicMs,
} = {}): ProgressTracker<Work> {
  const limits = new Map<Work, number>()
  let lastActiveAt = now()
  const touch = () => {
    lastActiveAt = now()
  }
  return {
    step: (work, ownLimitMs = 0) => {
      touch()
      limits.set(work, lastActiveAt + ownLimitMs + stalledAfterMs)
    },
    done: (work) => {
      touch()
      limits.delete(work)
    },
    touch,
    isMakingProgress: (batch) => {
      const steps = [...limits].map(([work, until]) => ({ batch: work.batch, isAlive: now() <= until }))
      const own = steps.filter((step) => step.batch === batch)
      if (own.length > 0) return own.some(({ isAlive }) => isAlive)
      return now() - lastActiveAt <= stalledAfterMs || steps.some(({ isAlive }) => isAlive)
    },
  }
}
