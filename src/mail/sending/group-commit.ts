/**
 * Many callers share one write: items that arrive during a write go into the next one, all at once. Each caller waits
 * for its own item and for no later one.
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
