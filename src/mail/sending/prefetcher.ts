import { monotonicMs } from '../../core/clock.ts'
import type { Deps } from '../../core/deps.ts'
import { errorText } from '../../core/errors.ts'
import type { Compose, ComposedMail, Lane, TakenMessage } from '../message.ts'
import { type EndedMessage, takeMessages } from '../outbox/message.repo.ts'
import { type HeldBatch, Leases } from './leases.ts'
import type { Permits } from './permits.ts'

export interface Work {
  message: TakenMessage
  batch: HeldBatch
  /** When its subscriber was last checked, by the monotonic clock. */
  checkedAt: number
  /** Its email, once it is being composed. */
  mail?: Promise<ComposedMail>
}

interface PrefetcherInput {
  lane: Lane
  owner: string
  /** The most messages to take ahead. */
  size: number
  /** The run ends after one email: takes nothing ahead, and no repeat while another email is ready. */
  isProbe?: boolean
  permits: Permits
  compose: Compose
  /** Milliseconds without progress after which leases are no longer renewed; a minute by default. */
  stalledAfterMs?: number
  /** Called if a batch is leased while others are free. */
  onMoreReady?: () => Promise<void>
  /** Called for each message that may no longer be sent. */
  onEnded: (ended: EndedMessage) => void
}

/** The share of `size` that is left when more messages are taken. Fewer, larger takes cost the database less. */
const REFILL_AT = 0.25
/** Emails that are composed in a row take less time each: code and data are still in the processor's caches. */
const COMPOSED_IN_A_ROW = 16

/** Messages that one drain has taken ahead: up to one for each connection, besides the one that is being sent. */
export class Prefetcher {
  readonly #deps: Deps
  readonly #input: PrefetcherInput
  readonly #progress: ReturnType<typeof openProgressTracker<Work>>
  readonly #leases: Leases
  readonly #waiting: Work[] = []
  #connections: number
  #current: HeldBatch | undefined
  #isDrained = false
  #isStopped = false
  #filling: Promise<boolean> | undefined

  constructor(deps: Deps, input: PrefetcherInput) {
    const { lane, owner, size, isProbe, stalledAfterMs } = input
    this.#deps = deps
    this.#input = input
    this.#progress = openProgressTracker<Work>({ stalledAfterMs })
    const { isMakingProgress } = this.#progress
    this.#leases = new Leases(deps, { lane, owner, repeatsLast: isProbe, isMakingProgress })
    this.#connections = size
  }

  /** The next message; undefined while nothing is ready, or once the prefetcher stops. */
  async next(): Promise<Work | undefined> {
    while (!this.#isStopped) {
      this.#progress.touch()
      const work = this.#waiting.shift()
      if (work && this.#leases.isValid(work.batch)) {
        this.#fillAhead()
        if (!work.mail) this.#compose([work, ...this.#waiting.slice(0, COMPOSED_IN_A_ROW - 1)])
        return work
      }
      if (work) await this.done(work)
      else if (!(await this.#fillOnce()) && this.#waiting.length === 0) return undefined
    }
    return undefined
  }

  /** True while this message may still begin. */
  mayStart({ batch }: Work): boolean {
    return !this.#isStopped && this.#leases.isValid(batch)
  }

  /** The next step of a message begins. It may take a minute, or a minute more than its own limit. */
  step(work: Work, ownLimitMs?: number): void {
    this.#progress.step(work, ownLimitMs)
  }

  /** The result is recorded, or the message was never begun. */
  async done(work: Work): Promise<void> {
    const { batch } = work
    this.#progress.done(work)
    batch.open--
    await this.#releaseIfDone(batch)
  }

  /** A connection pauses or ends. After the last one, messages that no connection can send are released. */
  async leave(): Promise<void> {
    this.#connections--
    if (this.#connections > 0) return
    await this.#filling?.catch(() => {})
    for (const { batch } of this.#waiting.splice(0)) batch.open--
    this.#current = undefined
    await this.#leases.releaseAll()
  }

  join(): void {
    this.#connections++
  }

  /** Takes nothing new from now on. */
  stop(): void {
    this.#isStopped = true
  }

  /** Releases all messages that were not begun. Call it when no message is in progress. */
  async close(): Promise<void> {
    this.#isStopped = true
    await this.#filling?.catch(() => {})
    await this.#leases.close()
  }

  #compose(works: Work[]): void {
    for (const work of works) {
      work.mail ??= this.#input.compose(work.message)
      work.mail.catch(() => {}) // it is composed once more when it is its turn
    }
  }

  // Runs while the connections are busy. If it fails, next() fails in the same way.
  #fillAhead(): void {
    if (!this.#input.isProbe && !this.#isDrained && this.#waiting.length <= this.#input.size * REFILL_AT)
      this.#fillOnce().catch(() => {})
  }

  #fillOnce(): Promise<boolean> {
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined
    })
    return this.#filling
  }

  /** False if nothing is ready. */
  async #fill(): Promise<boolean> {
    while (!this.#isStopped) {
      this.#current ??= await this.#leaseNext()
      this.#isDrained = this.#current === undefined
      if (!this.#current) return false
      const batch = this.#current
      if (await this.#takeFrom(batch)) return true
      batch.exhausted = true
      this.#current = undefined
      await this.#releaseIfDone(batch)
    }
    return false
  }

  async #leaseNext(): Promise<HeldBatch | undefined> {
    const leased = await this.#leases.lease()
    // If the nudge fails, other workers look within a minute anyway.
    if (leased?.more)
      await this.#input
        .onMoreReady?.()
        .catch((error) => this.#deps.log.error('nudge.failed', { what: errorText(error) }))
    return leased?.batch
  }

  async #takeFrom(batch: HeldBatch): Promise<boolean> {
    const { db, clock } = this.#deps
    const { permits, size, onEnded } = this.#input
    if (!this.#leases.isValid(batch)) return false
    const limit = await permits.acquire(batch, size - this.#waiting.length)
    if (limit === 0) return false
    const now = clock.now()
    const checkedAt = monotonicMs()
    const { taken, ended } = await takeMessages(db, { batch: batch.id, owner: batch.owner, now, limit })
    ended.forEach(onEnded)
    if (taken.length < limit) await permits.giveBack(batch, limit - taken.length)
    const allowed = await permits.splitByDomain(batch, taken)
    for (const message of allowed) this.#waiting.push({ message, batch, checkedAt })
    batch.open += allowed.length
    return taken.length + ended.length > 0
  }

  async #releaseIfDone(batch: HeldBatch): Promise<void> {
    if (batch.exhausted && batch.open === 0) await this.#leases.release(batch)
  }
}

const STALLED_AFTER_MS = 60_000

/**
 * Detects whether a prefetcher still makes progress. One that hangs must not renew its leases forever, because no other
 * worker would get the messages. A step with its own time limit may take that long: if the lease ended meanwhile, the
 * email would be sent twice.
 */
export function openProgressTracker<Work extends { batch: unknown }>({
  stalledAfterMs = STALLED_AFTER_MS,
  now = monotonicMs,
} = {}) {
  const limits = new Map<Work, number>()
  let lastActiveAt = now()
  const touch = () => {
    lastActiveAt = now()
  }
  return {
    /** The next step of a message begins. It counts as progress until its own limit and a minute are over. */
    step: (work: Work, ownLimitMs = 0): void => {
      touch()
      limits.set(work, lastActiveAt + ownLimitMs + stalledAfterMs)
    },
    done: (work: Work): void => {
      touch()
      limits.delete(work)
    },
    /** The prefetcher did anything else. */
    touch,
    /** False if every message in progress of the batch hangs, or the whole prefetcher hangs. */
    isMakingProgress: (batch: Work['batch']): boolean => {
      const steps = [...limits].map(([work, until]) => ({ batch: work.batch, isAlive: now() <= until }))
      const own = steps.filter((step) => step.batch === batch)
      if (own.length > 0) return own.some(({ isAlive }) => isAlive)
      return now() - lastActiveAt <= stalledAfterMs || steps.some(({ isAlive }) => isAlive)
    },
  }
}
