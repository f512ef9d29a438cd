import { Piscina } from 'piscina'
import type { SearchCaller } from '../../core/deps.ts'
import { inSlotOf, Semaphore } from '../../limits/semaphore.ts'
import type { ReadingOutcome } from './library-worker.ts'
import { emptyLibrary } from './read-library.ts'

export interface LibraryReader {
  /**
   * See readLibrary. After MAX_READING_MS of CPU time the library has the entries that were read until then. If the
   * thread was ended, as when the client has gone, it is empty, and all of that time counts. Round robin between networks. Throws
   * rate.at-once and search.busy.
   */
  read(text: string, caller: SearchCaller): Promise<ReadingOutcome>
  /** Ends the thread. */
  close(): Promise<void>
}

/** In CPU time, checked between entries and within long ones. */
export const MAX_READING_MS = 1300
/** A thread without a reply for as long is ended. */
const HUNG_MS = 10_000
const IDLE_MS = 3000
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 2 }
const FILE = new URL('./library-worker.ts', import.meta.url).href

/** Reads libraries from strangers in a worker thread, one at a time. An idle reader has no thread. */
export function openLibraryReader({ hungMs = HUNG_MS, filename = FILE } = {}): LibraryReader {
  const pool = new Piscina<{ text: string; maxMs: number }, ReadingOutcome>({
    filename,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_MS,
    resourceLimits: LIMITS,
    recordTiming: false,
  })
  const slots = new Semaphore({ total: 1 })
  const readNow = async (text: string, gone: AbortSignal | undefined): Promise<ReadingOutcome> => {
    const signal = AbortSignal.any([AbortSignal.timeout(hungMs), gone ?? []].flat())
    try {
      return await pool.run({ text, maxMs: MAX_READING_MS }, { signal })
    } catch (error) {
      if (!signal.aborted && !isOutOfMemory(error)) throw error
      return { library: emptyLibrary(), spentMs: MAX_READING_MS }
    }
  }
  return {
    async read(text, { network: key = '', signal, maxWaitMs, onSpent }) {
      const outcome = await inSlotOf(slots, { key, signal, maxWaitMs }, () => readNow(text, signal))
      onSpent?.(outcome.spentMs)
      return outcome
    },
    close: () => pool.destroy(),
  }
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
