import { stopwatch } from '../../core/clock.ts'

const STALLED_AFTER_MS = 60_000

/**
 * Tells whether a hand still makes progress. One that hangs must not renew its leases for ever: no other worker
 * would get the messages. A step that has a time limit of its own may take that long, since losing the lease
 * meanwhile repeats an email.
 */
export interface Progress<Work extends { chunk: unknown }> {
  /** The next step of a message begins. It counts as progress until its own limit and a minute are over. */
  step(work: Work, ownLimitMs?: number): void
  /** Nothing more is done with a message. */
  done(work: Work): void
  /** The hand did anything else. */
  moved(): void
  /** False if nothing but messages that hang is left of a chunk in progress, or the whole hand hangs. */
  isMadeOn(chunk: Work['chunk']): boolean
}

export function openProgress<Work extends { chunk: unknown }>({
  stalledAfterMs = STALLED_AFTER_MS,
  now = stopwatch,
} = {}): Progress<Work> {
  const limits = new Map<Work, number>()
  let movedAt = now()
  const moved = () => {
    movedAt = now()
  }
  return {
    step: (work, ownLimitMs = 0) => {
      moved()
      limits.set(work, movedAt + ownLimitMs + stalledAfterMs)
    },
    done: (work) => {
      moved()
      limits.delete(work)
    },
    moved,
    isMadeOn: (chunk) => {
      const steps = [...limits].map(([work, until]) => ({ chunk: work.chunk, isAlive: now() <= until }))
      const own = steps.filter((step) => step.chunk === chunk)
      if (own.length > 0) return own.some(({ isAlive }) => isAlive)
      return now() - movedAt <= stalledAfterMs || steps.some(({ isAlive }) => isAlive)
    },
  }
}
