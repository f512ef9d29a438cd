/**
 * A cache of entries whose sizes add up to about `maxSize`. It has two halves: when those used last fill the newer half,
 * it becomes the older one, and what was in the older one and not used meanwhile is dropped.
 */
export class LruCache<Key, Value> {
  #recent = new Map<Key, Value>()
  #older = new Map<Key, Value>()
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
    if (recent !== undefined) return recent
    const older = this.#older.get(key)
    return older === undefined ? undefined : this.set(key, older)
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
    this.#recent.set(key, value)
    this.#size += size
    return value
  }

  delete(key: Key): void {
    const value = this.#recent.get(key)
    if (value !== undefined) this.#size -= this.#sizeOf(value)
    this.#recent.delete(key)
    this.#older.delete(key)
  }
}
