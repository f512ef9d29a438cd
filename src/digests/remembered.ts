/** Works each value out once; with `most`, forgets all of them where there would be more. */
export function remembered<Key, Value>(
  work: (key: Key) => Value,
  most = Number.POSITIVE_INFINITY,
): (key: Key) => Value {
  const known = new Map<Key, Value>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined || known.has(key)) return found as Value
    const value = work(key)
    if (known.size >= most) known.clear()
    known.set(key, value)
    return value
  }
}
