/** The first `k` of `count` items, identified by numbers from 0, in the order of `compare`. Does not sort the rest. */
export function topK(count: number, k: number, compare: (a: number, b: number) => number): number[] {
  if (count <= k) return Array.from({ length: count }, (_, i) => i).sort(compare)
  const heap = new WorstFirstHeap(compare)
  for (let i = 0; i < k; i++) heap.add(i)
  for (let i = k; i < count; i++) if (k > 0 && compare(i, heap.top) < 0) heap.replaceTop(i)
  return heap.items.sort(compare)
}

/** A heap of the best items so far, with the worst of them on top. */
class WorstFirstHeap {
  readonly items: number[] = []
  readonly #compare: (a: number, b: number) => number

  constructor(compare: (a: number, b: number) => number) {
    this.#compare = compare
  }

  get top(): number {
    return this.items[0]!
  }

  add(item: number): void {
    let at = this.items.push(item) - 1
    for (let above = (at - 1) >> 1; at > 0 && this.#isAfter(at, above); above = (at - 1) >> 1) {
      this.#swap(at, above)
      at = above
    }
  }

  replaceTop(item: number): void {
    this.items[0] = item
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      const later = left + 1 < this.items.length && this.#isAfter(left + 1, left) ? left + 1 : left
      if (left >= this.items.length || !this.#isAfter(later, at)) return
      this.#swap(at, later)
      at = later
    }
  }

  #isAfter = (a: number, b: number): boolean => this.#compare(this.items[a]!, this.items[b]!) > 0

  #swap(a: number, b: number): void {
    ;[this.items[a], this.items[b]] = [this.items[b]!, this.items[a]!]
  }
}
