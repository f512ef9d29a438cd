/**
 * Many callers share one write: what comes in while a write is under way goes into the next, all of it at once. Each
 * caller waits for its own item and for no later one.
 */
export function groupCommit<T>(write: (items: T[]) => Promise<void>): (item: T) => Promise<void> {
  let waiting: T[] = []
  let last: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined

  const writeWaiting = (): Promise<void> => {
    const items = waiting
    waiting = []
    next = undefined
    last = write(items)
    return last
  }
  return (item) => {
    waiting.push(item)
    next ??= last.then(writeWaiting, writeWaiting)
    return next
  }
}
