import type { Deps } from '../wiring.ts'
import { type HeldChunk, openLeases } from './leases.ts'
import type { Lane, TakenMessage } from './message.ts'
import { type Ended, takeMessages } from './message-store.ts'

export interface Work {
  message: TakenMessage
  chunk: HeldChunk
}

/** What one drain holds in its hand: at most one message for each connection, besides the one that it sends. */
export interface Hand {
  /** The next message; undefined once nothing is ready, or the hand is closing. */
  next(): Promise<Work | undefined>
  /** True while this message may still begin. */
  mayStart(work: Work): boolean
  /** Its result is recorded, or it was never begun. */
  done(work: Work): Promise<void>
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
  /** Called when a chunk is leased while others are free. */
  moreWaiting?: () => Promise<void>
  /** Called for each message that may not go any more. */
  onEnded: (ended: Ended) => void
}

export function openHand(deps: Deps, { lane, owner, size, moreWaiting, onEnded }: HandInput): Hand {
  const leases = openLeases(deps, { lane, owner })
  const waiting: Work[] = []
  let current: HeldChunk | undefined
  let dry = false
  let stopped = false
  let filling: Promise<void> | undefined

  const leaseNext = async (): Promise<HeldChunk | undefined> => {
    const leased = await leases.lease()
    if (leased?.more) await moreWaiting?.()
    return leased?.chunk
  }

  const giveBackIfDone = async (chunk: HeldChunk) => {
    if (chunk.exhausted && chunk.open === 0) await leases.release(chunk)
  }

  const takeFrom = async (chunk: HeldChunk): Promise<boolean> => {
    if (!leases.isGood(chunk)) return false
    const most = size - waiting.length
    const { taken, ended } = await takeMessages(deps.db, {
      chunk: chunk.id,
      owner,
      now: deps.clock.now(),
      most,
    })
    for (const message of taken) waiting.push({ message, chunk })
    chunk.open += taken.length
    ended.forEach(onEnded)
    return taken.length + ended.length > 0
  }

  const fill = async (): Promise<void> => {
    while (!stopped) {
      current ??= await leaseNext()
      if (!current) {
        dry = true
        return
      }
      const chunk = current
      if (await takeFrom(chunk)) return
      chunk.exhausted = true
      current = undefined
      await giveBackIfDone(chunk)
    }
  }

  const fillOnce = (): Promise<void> => {
    filling ??= fill().finally(() => {
      filling = undefined
    })
    return filling
  }

  // While the connections are busy. Where it fails, next() meets the same failure.
  const fillAhead = () => {
    if (!dry && waiting.length <= size / 2) fillOnce().catch(() => {})
  }

  const done = async ({ chunk }: Work) => {
    chunk.open--
    await giveBackIfDone(chunk)
  }

  const next = async (): Promise<Work | undefined> => {
    while (!stopped) {
      const work = waiting.shift()
      if (work && leases.isGood(work.chunk)) {
        fillAhead()
        return work
      }
      if (work) await done(work)
      else if (dry) return undefined
      else await fillOnce()
    }
    return undefined
  }

  return {
    next,
    done,
    mayStart: ({ chunk }) => !stopped && leases.isGood(chunk),
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
