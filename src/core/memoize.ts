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

/** Computes each value once for keys that are objects, and keeps it as long as its key. */
export function memoizeByObject<Key extends object, Value>(
  compute: (key: Key) => Value,
): (key: Key) => Value {
  const cache = new WeakMap<Key, { value: Value }>()
  return (key) => {
    const found = cache.get(key) ?? { value: compute(key) }
    cache.set(key, found)
    return found.value
  }
}
