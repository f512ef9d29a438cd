import { stopwatch } from '../../core/clock.ts'
import type { Deps } from '../../core/deps.ts'
import { textOf } from '../../core/errors.ts'
import type { Lane, TakenMessage } from '../message.ts'
import { type Ended, takeMessages } from '../outbox/message.repo.ts'
import { type HeldChunk, openLeases } from './leases.ts'
import { openProgress } from './progress.ts'
import type { Turns } from './turns.ts'

export interface Work {
  message: TakenMessage
  chunk: HeldChunk
  /** By the stopwatch. */
  takenAt: number
}

/** What one drain holds in its hand: at most one message for each connection, besides the one that it sends. */
export interface Hand {
  /** The next message; undefined while nothing is ready, or once the hand is closing. */
  next(): Promise<Work | undefined>
  /** True while this message may still begin. */
  mayStart(work: Work): boolean
  /** The next step of a message begins, which may take a minute, or that much longer than its own limit. */
  step(work: Work, ownLimitMs?: number): void
  /** Its result is recorded, or it was never begun. */
  done(work: Work): Promise<void>
  /** A connection works no more, for good or for a while: what nobody is left to send is given back. */
  leave(): Promise<void>
  /** It works again. */
  join(): void
  /** Takes nothing new from now on. */
  stop(): void
  /** Gives everything back that was not begun. Call it when no message is under way. */
  close(): Promise<void>
}

export interface HandInput {
  lane: Lane
  owner: string
  /** The most messages in the hand. */
  size: number
  turns: Turns
  /** Milliseconds without progress after which leases are no longer renewed; a minute by default. */
  stalledAfterMs?: number
  /** Called when a chunk is leased while others are free. */
  moreWaiting?: () => Promise<void>
  /** Called for each message that may not go any more. */
  onEnded: (ended: Ended) => void
}

export function openHand(deps: Deps, input: HandInput): Hand {
  const { lane, owner, size, turns, stalledAfterMs, moreWaiting, onEnded } = input
  const progress = openProgress<Work>({ stalledAfterMs })
  const leases = openLeases(deps, { lane, owner, isProgressMadeOn: progress.isMadeOn })
  const waiting: Work[] = []
  let current: HeldChunk | undefined
  let dry = false
  let stopped = false
  let filling: Promise<boolean> | undefined
  let connections = size

  const leaseNext = async (): Promise<HeldChunk | undefined> => {
    const leased = await leases.lease()
    // Whoever is not told looks by itself within a minute.
    if (leased?.more)
      await moreWaiting?.().catch((error) => deps.log.error('nudge.failed', { what: textOf(error) }))
    return leased?.chunk
  }

  const giveBackIfDone = async (chunk: HeldChunk) => {
    if (chunk.exhausted && chunk.open === 0) await leases.release(chunk)
  }

  const takeFrom = async (chunk: HeldChunk): Promise<boolean> => {
    if (!leases.isGood(chunk)) return false
    const most = await turns.of(chunk, size - waiting.length)
    if (most === 0) return false
    const now = deps.clock.now()
    const takenAt = stopwatch()
    const { taken, ended } = await takeMessages(deps.db, { chunk: chunk.id, owner: chunk.owner, now, most })
    ended.forEach(onEnded)
    if (taken.length < most) await turns.unused(chunk, most - taken.length)
    const kept = await turns.keep(chunk, taken)
    for (const message of kept) waiting.push({ message, chunk, takenAt })
    chunk.open += kept.length
    return taken.length + ended.length > 0
  }

  /** False where nothing is ready. */
  const fill = async (): Promise<boolean> => {
    while (!stopped) {
      current ??= await leaseNext()
      dry = current === undefined
      if (!current) return false
      const chunk = current
      if (await takeFrom(chunk)) return true
      chunk.exhausted = true
      current = undefined
      await giveBackIfDone(chunk)
    }
    return false
  }

  const fillOnce = (): Promise<boolean> => {
    filling ??= fill().finally(() => {
      filling = undefined
    })
    return filling
  }

  // While the connections are busy. Where it fails, next() meets the same failure.
  const fillAhead = () => {
    if (!dry && waiting.length <= size / 2) fillOnce().catch(() => {})
  }

  const done = async (work: Work) => {
    const { chunk } = work
    progress.done(work)
    chunk.open--
    await giveBackIfDone(chunk)
  }

  const next = async (): Promise<Work | undefined> => {
    while (!stopped) {
      progress.moved()
      const work = waiting.shift()
      if (work && leases.isGood(work.chunk)) {
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
    mayStart: ({ chunk }) => !stopped && leases.isGood(chunk),
    leave: async () => {
      connections--
      if (connections > 0) return
      await filling?.catch(() => {})
      for (const { chunk } of waiting.splice(0)) chunk.open--
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
