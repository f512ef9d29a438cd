import type { EventEmitter } from 'node:events'
import { monotonicMs } from '../core/clock.ts'
import { isDatabaseUnavailable } from '../core/database/database.ts'
import type { Deps } from '../core/deps.ts'
import { errorText, Fault } from '../core/errors.ts'
import { widestNetworkOf } from '../limits/networks.ts'
import { chargePermits } from '../limits/permits.repo.ts'
import { bucketsOf, type RateLimit, requirePermit } from '../limits/rate-limit.ts'
import { NoSlot, refusalFor, Semaphore } from '../limits/semaphore.ts'
import { type Spend, yieldToEventLoop } from './yield-to-event-loop.ts'

// Enough for one person who types all the time, and for feed readers.
const SEARCHES: RateLimit = {
  name: 'search',
  label: 'searches and previews of one network',
  capacity: 120,
  perSecond: 1,
}
/** A search that takes longer counts as several. */
const MS_PER_PERMIT = 50

// The length of the queries gives an estimate of the time of a search.
const CHARACTERS_PER_PERMIT = 300
const MIN_CHARACTERS_OF_QUERY = 60

const SLOTS = new Semaphore({ total: 4, perKey: 2, maxWaiting: 32, maxWaitingPerKey: 6 })
// A library takes as long as many searches, which would otherwise have to wait for it.
const LIBRARY_SLOTS = new Semaphore({ total: 1, maxWaiting: 8, maxWaitingPerKey: 2 })

interface SlotLimits {
  slots: Semaphore
  maxWaitMs: number
  /** The most permits that are charged before the work. */
  maxEstimate: number
}

const SEARCH: SlotLimits = { slots: SLOTS, maxWaitMs: 4000, maxEstimate: 40 }
const OPTIONAL: SlotLimits = { ...SEARCH, maxWaitMs: 500 }
/** A library may take all of its time, which is 40 permits; what it did not take is returned. */
export const LIBRARY: SlotLimits = { slots: LIBRARY_SLOTS, maxWaitMs: 30_000, maxEstimate: 50 }

/** How many requests wait for a slot of this process. */
export const searchesWaiting = (): number => SLOTS.waiting + LIBRARY_SLOTS.waiting

/** The client of a search; a FastifyRequest fits. */
export interface Searcher {
  ip: string
  /** Emits "close" when the client disconnects. (The request itself also does so once its body is read.) */
  readonly socket: EventEmitter & { destroyed?: boolean }
}

/**
 * Runs a search, or any other evaluation of queries for a visitor, in one of the slots of this process. Charges the
 * rate limit: before the work by an estimate from `queries`, after it by the time that it took. All web routes use the
 * archive through this function. Ends the work if the client disconnects. Throws rate.too-many, rate.at-once,
 * search.busy.
 */
export async function withSearchSlot<T>(
  deps: Deps,
  { ip, socket }: Searcher,
  queries: readonly string[],
  work: (spend: Spend) => Promise<T>,
  { slots, maxWaitMs, maxEstimate } = SEARCH,
): Promise<T> {
  const network = widestNetworkOf(ip)
  const disconnected = new AbortController()
  const disconnect = () => disconnected.abort()
  const waitEnds = () => AbortSignal.any([disconnected.signal, AbortSignal.timeout(maxWaitMs)])
  if (socket.destroyed) disconnect()
  socket.once('close', disconnect)
  try {
    const asked = { ip, estimate: permitsFor(queries, maxEstimate), gone: disconnected.signal }
    return await slots.withSlot(network, () => charged(deps, asked, work), waitEnds)
  } catch (error) {
    // Many refusals at once, all in one iteration of the event loop, would block other requests.
    if (error instanceof NoSlot || isTemporaryRefusal(error)) await yieldToEventLoop()
    throw refusalFor(error)
  } finally {
    socket.off('close', disconnect)
  }
}

/** `withSearchSlot` for an optional part of a page: returns `fallback` if the search is refused for now. */
export async function withOptionalSearchSlot<T>(
  deps: Deps,
  searcher: Searcher,
  { queries, fallback }: { queries: readonly string[]; fallback: T },
  work: (spend: Spend) => Promise<T>,
): Promise<T> {
  try {
    return await withSearchSlot(deps, searcher, queries, work, OPTIONAL)
  } catch (error) {
    if (isTemporaryRefusal(error) || isDatabaseUnavailable(error)) return fallback
    throw error
  }
}

/** Whether the request is valid and only refused for some seconds or minutes. */
export const isTemporaryRefusal = (error: unknown): boolean =>
  error instanceof Fault && ['rate.too-many', 'rate.at-once', 'search.busy'].includes(error.code)

async function charged<T>(
  { db, log }: Deps,
  { ip, estimate, gone }: { ip: string; estimate: number; gone: AbortSignal },
  work: (spend: Spend) => Promise<T>,
): Promise<T> {
  await requirePermit(db, SEARCHES, { ip, count: estimate })
  let spent = 0
  try {
    return await work((ms) => {
      spent += ms
      // No client is left to receive the reply.
      if (gone.aborted) throw new NoSlot('total')
    })
  } finally {
    const more = 1 + Math.floor(spent / MS_PER_PERMIT) - estimate
    // The result is more important than an exact charge.
    if (more !== 0)
      await chargePermits(db, bucketsOf(SEARCHES, ip), more).catch((error) =>
        log.error('database.error', { what: errorText(error) }),
      )
  }
}

function permitsFor(queries: readonly string[], maxEstimate: number): number {
  const characters = queries.reduce((sum, { length }) => sum + Math.max(length, MIN_CHARACTERS_OF_QUERY), 0)
  return Math.min(maxEstimate, Math.max(1, Math.ceil(characters / CHARACTERS_PER_PERMIT)))
}

/** Runs synchronous work and passes the time that it took to `spend`. */
export function timed<T>(spend: Spend, work: () => T): T {
  const began = monotonicMs()
  try {
    return work()
  } finally {
    spend(monotonicMs() - began)
  }
}
