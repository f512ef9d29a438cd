/** With the key as it was set: an equal text may be a slice that keeps a longer one in memory. */
interface Entry<Key, Value> {
  key: Key
  value: Value
}

/**
 * A cache of entries whose sizes add up to about `maxSize`. It has two halves: when those used last fill the newer half,
 * it becomes the older one, and what was in the older one and not used meanwhile is dropped.
 */
export class LruCache<Key, Value> {
  #recent = new Map<Key, Entry<Key, Value>>()
  #older = new Map<Key, Entry<Key, Value>>()
  readonly #maxSize: number
  readonly #sizeOf: (value: Value) => number
  /** Of the recent half. */
  #size = 0

  constructor(maxSize: number, sizeOf: (value: Value) => number = () => 1) {
    this.#maxSize = maxSize
    this.#sizeOf = sizeOf
  }

  get(key: Key): Value | undefined {
    const recent = this.#recent.get(key)
    if (recent) return recent.value
    const older = this.#older.get(key)
    return older && this.set(older.key, older.value)
  }

  /** Returns the value. */
  set(key: Key, value: Value): Value {
    this.delete(key)
    const size = this.#sizeOf(value)
    if (size > this.#maxSize) return value
    if (this.#size > 0 && this.#size + size > this.#maxSize / 2) {
      this.#older = this.#recent
      this.#recent = new Map()
      this.#size = 0
    }
    this.#recent.set(key, { key, value })
    this.#size += size
    return value
  }

  delete(key: Key): void {
    const recent = this.#recent.get(key)
    if (recent) this.#size -= this.#sizeOf(recent.value)
    this.#recent.delete(key)
    this.#older.delete(key)
  }
}
