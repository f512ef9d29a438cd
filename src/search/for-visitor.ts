import type { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDatabaseUnavailable } from '../core/database/database.ts'
import type { Deps, SearchCaller, SearchThread } from '../core/deps.ts'
import { errorText, Fault } from '../core/errors.ts'
import { yieldToEventLoop } from '../core/yield-to-event-loop.ts'
import { chargePermits } from '../limits/permits.repo.ts'
import { bucketsOf, type RateLimit, requirePermit, widestNetworkOf } from '../limits/rate-limit.ts'

// Enough for one person who types all the time, and for feed readers.
const SEARCHES: RateLimit = {
  name: 'search',
  label: 'searches and previews of one network',
  capacity: 120,
  perSecond: 1,
}
/** A search that takes longer counts as several. */
const MS_PER_PERMIT = 50

const MAX_WAIT_MS = 4000
const MAX_OPTIONAL_WAIT_MS = 500
/** After that, a page goes without its optional part. The search goes on, so that the next page finds its papers in memory. */
const MAX_OPTIONAL_MS = 1500

/** The client of a search; a FastifyRequest fits. */
export interface Searcher {
  ip: string
  /** Emits "close" when the client disconnects. (The request itself also does so once its body is read.) */
  readonly socket: EventEmitter & { destroyed?: boolean }
  /** The subscriber for whom it searches: then searches cost no permit. The caller limits them. */
  holder?: string
}

/**
 * Runs searches for a visitor, with the Deps that it passes to `work`. All web routes search through this function. It
 * charges the rate limit, one permit before the work and more for a search that took long; one that never ran costs
 * nothing. The search thread runs them round robin between networks; `work` gets the caller for a thread of its own. A
 * search that still waits ends if the client disconnects; one that runs goes on. Throws rate.too-many, rate.at-once,
 * search.busy, search.too-long, and what `work` throws.
 */
export async function forVisitor<T>(
  deps: Deps,
  { ip, socket, holder }: Searcher,
  work: (deps: Deps, caller: SearchCaller) => Promise<T>,
  maxWaitMs = MAX_WAIT_MS,
): Promise<T> {
  if (holder === undefined) await requirePermit(deps.db, SEARCHES, { ip })
  const disconnected = new AbortController()
  const disconnect = () => disconnected.abort()
  if (socket.destroyed) disconnect()
  socket.once('close', disconnect)
  let spentMs: number | undefined
  const onSpent = (ms: number) => {
    spentMs = (spentMs ?? 0) + ms
  }
  const network = holder === undefined ? widestNetworkOf(ip) : networkOfHolder(holder)
  const caller = { network, signal: disconnected.signal, maxWaitMs, onSpent }
  const searchThread: SearchThread | undefined = deps.searchThread && {
    run: (job) => deps.searchThread!.run(job, caller),
  }
  let hadNoSlot = false
  try {
    return await work({ ...deps, searchThread }, caller)
  } catch (error) {
    if (isOneOf(NO_SLOT, error)) {
      hadNoSlot = spentMs === undefined
      // Pages for many refusals, all in one iteration of the event loop, would block other requests.
      await yieldToEventLoop()
    }
    throw error
  } finally {
    socket.off('close', disconnect)
    const more = hadNoSlot ? -1 : Math.floor((spentMs ?? 0) / MS_PER_PERMIT)
    // The result is more important than an exact charge.
    if (more !== 0 && holder === undefined)
      await chargePermits(deps.db, bucketsOf(SEARCHES, ip), more).catch((error) =>
        deps.log.error('database.error', { what: errorText(error) }),
      )
  }
}

/**
 * `forVisitor` for an optional part of a page: returns `fallback` if the search is refused for now, or takes longer than
 * `maxMs`.
 */
export async function forVisitorIfFree<T>(
  deps: Deps,
  searcher: Searcher,
  fallback: T,
  work: (deps: Deps) => Promise<T>,
  maxMs = MAX_OPTIONAL_MS,
): Promise<T> {
  const searching = forVisitor(deps, searcher, work, MAX_OPTIONAL_WAIT_MS)
  try {
    if (!deps.searchThread) return await searching
    searching.catch(() => {})
    return await Promise.race([searching, sleep(maxMs, fallback, { ref: false })])
  } catch (error) {
    if (isTemporaryRefusal(error) || isDatabaseUnavailable(error)) return fallback
    throw error
  }
}

/**
 * Deps whose searches run for the holder of a personal link: round robin with those of networks, and with the same limits,
 * but without a permit. Throw rate.at-once, search.busy and search.too-long.
 */
export function forHolder(deps: Deps, subscriberId: string): Deps {
  const { searchThread } = deps
  if (!searchThread) return deps
  const caller = { network: networkOfHolder(subscriberId), maxWaitMs: MAX_WAIT_MS }
  return { ...deps, searchThread: { run: (job) => searchThread.run(job, caller) } }
}

/** A turn of their own, between those of networks. */
const networkOfHolder = (subscriberId: string): string => `subscriber ${subscriberId}`

/** Runs what may be left out, and leaves it out if it is refused for now. */
export async function unlessRefused(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isTemporaryRefusal(error)) throw error
  }
}

const NO_SLOT = ['rate.at-once', 'search.busy']
const REFUSALS = ['rate.too-many', 'search.too-long', ...NO_SLOT]

/** Whether the request is valid and only refused for some seconds or minutes. */
export const isTemporaryRefusal = (error: unknown): boolean => isOneOf(REFUSALS, error)

const isOneOf = (codes: readonly string[], error: unknown): boolean =>
  error instanceof Fault && codes.includes(error.code)
