import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const CHECK_EVERY_MS = 10_000
const MAX_UTILIZATION = 0.1
// A collection can delay a response by a tenth of a second, so not for a few requests.
const MIN_GROWTH_BYTES = 32 * 1024 * 1024

/** Collects the garbage of this thread whenever it is idle, and returns free memory to the system, which V8 keeps. */
export function collectWhenIdle(): void {
  const collectIfIdle = idleCollector()
  let before = performance.eventLoopUtilization()
  setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before)
    before = performance.eventLoopUtilization()
    collectIfIdle(utilization)
  }, CHECK_EVERY_MS).unref()
}

/**
 * Returns a function that collects garbage if the thread was busy for less than a tenth of the time, and the heap has
 * grown since the last time: it takes a tenth of a second. It returns whether it did.
 */
export function idleCollector(): (utilization: number) => boolean {
  setFlagsFromString('--expose-gc')
  const collect: NodeJS.GCFunction = runInNewContext('gc')
  const heapSize = () => getHeapStatistics().total_heap_size
  let sizeAfter = 0
  return (utilization) => {
    if (utilization > MAX_UTILIZATION || heapSize() < sizeAfter + MIN_GROWTH_BYTES) return false
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    sizeAfter = heapSize()
    return true
  }
}
