import { monotonicMs } from '../../core/clock.ts'

const STALLED_AFTER_MS = 60_000

/**
 * Detects whether a prefetcher still makes progress. One that hangs must not renew its leases forever, because no other
 * worker would get the messages. A step with its own time limit may take that long: if the lease ended meanwhile, the
 * email would be sent twice.
 */
export interface ProgressTracker<Work extends { batch: unknown }> {
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
