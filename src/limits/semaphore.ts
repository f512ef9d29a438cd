import { Fault } from '../core/errors.ts'

export interface SemaphoreLimits {
  total: number
  /** How many of one key may run at once; no limit unless given. */
  perKey?: number
  /** How many may wait; no limit unless given. */
  maxWaiting?: number
  /** How many of one key may wait; no limit unless given. */
  maxWaitingPerKey?: number
  /** A key that is never refused, however many wait, and that gets every second slot while it waits. */
  privilegedKey?: string | undefined
}

/**
 * The caller got no slot. `reason`: "key" if the key has reached a limit of its own, "total" if others have taken all
 * slots or all places in the queue.
 */
export class NoSlot extends Error {
  readonly reason: 'key' | 'total'

  constructor(reason: 'key' | 'total') {
    super(`no slot: ${reason}`)
    this.name = 'NoSlot'
    this.reason = reason
  }
}

export const REFUSED_RETRY_SECONDS = 5

/** rate.at-once or search.busy for NoSlot; any other error as it is. */
export const refusalFor = (error: unknown): unknown =>
  error instanceof NoSlot
    ? new Fault(error.reason === 'key' ? 'rate.at-once' : 'search.busy', { seconds: REFUSED_RETRY_SECONDS })
    : error

/** Which key waits, until when and for how long; by default as long as it takes. */
export interface SlotWaiter {
  key: string
  signal?: AbortSignal | undefined
  maxWaitMs?: number | undefined
}

/** Runs work in a slot. Throws rate.at-once and search.busy, and what the work throws. */
export async function inSlotOf<T>(
  slots: Semaphore,
  { key, signal, maxWaitMs }: SlotWaiter,
  work: () => Promise<T>,
): Promise<T> {
  const waitEnds = () =>
    AbortSignal.any([signal ?? [], maxWaitMs === undefined ? [] : AbortSignal.timeout(maxWaitMs)].flat())
  try {
    return await slots.withSlot(key, work, waitEnds)
  } catch (error) {
    throw refusalFor(error)
  }
}

interface Waiter {
  start(): void
  refuse(): void
}

/**
 * Limits how much runs at once, overall and for each key. A caller without a free slot waits: first in, first out for
 * one key, round robin between keys. A full queue drops the newest waiter of the key with the most waiters.
 */
export class Semaphore {
  readonly #limits: Required<Omit<SemaphoreLimits, 'privilegedKey'>> & Pick<SemaphoreLimits, 'privilegedKey'>
  readonly #running = new Map<string, number>()
  /** The key that is next comes first. No list is empty. */
  readonly #waiting = new Map<string, Waiter[]>()
  #free: number

  constructor({
    total,
    perKey = total,
    maxWaiting = Number.POSITIVE_INFINITY,
    maxWaitingPerKey = maxWaiting,
    privilegedKey,
  }: SemaphoreLimits) {
    this.#limits = { total, perKey, maxWaiting, maxWaitingPerKey, privilegedKey }
    this.#free = total
  }

  /** Runs `work` in a slot. `signal` ends the wait, not the work. Throws NoSlot, and what `work` throws. */
  async withSlot<T>(key: string, work: () => Promise<T>, signal?: () => AbortSignal): Promise<T> {
    const waitEnds = signal?.()
    if (this.#mayRun(key) && !waitEnds?.aborted) this.#start(key)
    else await this.#wait(key, waitEnds)
    try {
      return await work()
    } finally {
      this.#release(key)
    }
  }

  get waiting(): number {
    return this.#waiting.values().reduce((sum, { length }) => sum + length, 0)
  }

  #mayRun = (key: string): boolean => this.#free > 0 && this.#runningOf(key) < this.#limits.perKey
  #runningOf = (key: string): number => this.#running.get(key) ?? 0
  #waitingOf = (key: string): number => this.#waiting.get(key)?.length ?? 0

  #start(key: string): void {
    this.#free--
    this.#running.set(key, this.#runningOf(key) + 1)
  }

  #wait(key: string, signal?: AbortSignal): Promise<void> {
    this.#makeRoom(key)
    return new Promise((resolve, reject) => {
      const refuse = () => {
        this.#leave(key, waiter)
        signal?.removeEventListener('abort', refuse)
        reject(new NoSlot(this.#runningOf(key) < this.#limits.perKey ? 'total' : 'key'))
      }
      const start = () => {
        this.#leave(key, waiter)
        signal?.removeEventListener('abort', refuse)
        this.#start(key)
        resolve()
      }
      const waiter = { start, refuse }
      this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), waiter])
      if (signal?.aborted) refuse()
      else signal?.addEventListener('abort', refuse)
    })
  }

  /** Throws NoSlot if the key may not wait. */
  #makeRoom(key: string): void {
    const { maxWaiting, maxWaitingPerKey, privilegedKey } = this.#limits
    if (key === privilegedKey) return
    const own = this.#waitingOf(key)
    if (own >= maxWaitingPerKey) throw new NoSlot('key')
    const limited = [...this.#waiting].flatMap(([one, waiters]) => (one === privilegedKey ? [] : [waiters]))
    if (limited.flat().length < maxWaiting) return
    const longest = limited.reduce((a, b) => (b.length > a.length ? b : a), [])
    if (longest.length <= own + 1) throw new NoSlot('total')
    longest.at(-1)!.refuse()
  }

  #leave(key: string, waiter: Waiter): void {
    const others = this.#waiting.get(key)?.filter((one) => one !== waiter) ?? []
    if (others.length > 0) this.#waiting.set(key, others)
    else this.#waiting.delete(key)
  }

  #release(key: string): void {
    this.#free++
    const running = this.#runningOf(key) - 1
    if (running > 0) this.#running.set(key, running)
    else this.#running.delete(key)
    const next = this.#nextAfter(key)
    if (next !== undefined) this.#startNext(next)
  }

  #nextAfter(key: string): string | undefined {
    const { privilegedKey } = this.#limits
    const able = [...this.#waiting.keys()].filter(this.#mayRun)
    if (privilegedKey !== undefined && key !== privilegedKey && able.includes(privilegedKey))
      return privilegedKey
    return able.find((one) => one !== privilegedKey) ?? able[0]
  }

  /** Starts the first waiter of a key, then moves the key behind the others. */
  #startNext(key: string): void {
    this.#waiting.get(key)![0]!.start()
    const others = this.#waiting.get(key)
    if (!others) return
    this.#waiting.delete(key)
    this.#waiting.set(key, others)
  }
}
