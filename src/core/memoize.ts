/** Computes each value once. Clears the cache when it would exceed `maxEntries`. */
export function memoize<Key, Value>(
  compute: (key: Key) => Value,
  maxEntries = Number.POSITIVE_INFINITY,
): (key: Key) => Value {
  const cache = new Map<Key, Value>()
  return (key) => {
    const found = cache.get(key)
    if (found !== undefined || cache.has(key)) return found as Value
    const value = compute(key)
    if (cache.size >= maxEntries) cache.clear()
    cache.set(key, value)
    return value
  }
}
