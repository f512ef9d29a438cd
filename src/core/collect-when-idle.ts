import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const CHECK_EVERY_MS = 10_000
const MAX_UTILIZATION = 0.1
const MEGABYTE = 1024 * 1024
const MIN_GROWTH_BYTES = 32 * MEGABYTE
/** For a thread that answers requests: it stops for up to some 0.3 s; with twice the heap, for twice as long. */
export const MAX_HEAP_WITH_REQUESTS = 128 * MEGABYTE

/**
 * Collects the garbage of this thread when it is idle and its heap has at most `maxHeapBytes`, and returns free memory
 * to the system, which V8 keeps.
 */
export function collectWhenIdle(maxHeapBytes = Number.POSITIVE_INFINITY): void {
  const collectIfIdle = idleCollector(maxHeapBytes)
  let before = performance.eventLoopUtilization()
  setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before)
    before = performance.eventLoopUtilization()
    collectIfIdle(utilization)
  }, CHECK_EVERY_MS).unref()
}

/**
 * Returns a function that collects garbage if the thread was busy for less than a tenth of the time, and its heap is
 * not too large and has grown since the last time. It returns whether it did.
 */
export function idleCollector(maxHeapBytes: number): (utilization: number) => boolean {
  setFlagsFromString('--expose-gc')
  const collect: NodeJS.GCFunction = runInNewContext('gc')
  const heapSize = () => getHeapStatistics().total_heap_size
  let sizeAfter = 0
  return (utilization) => {
    const size = heapSize()
    if (utilization > MAX_UTILIZATION || size > maxHeapBytes || size < sizeAfter + MIN_GROWTH_BYTES)
      return false
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    sizeAfter = heapSize()
    return true
  }
}
