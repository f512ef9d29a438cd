/** How often papers contain a term, by docId. It is used again and again, so that no term needs arrays of its own. */
export class Tally {
  readonly #counts: Float32Array
  readonly #docIds: Uint32Array
  #size = 0

  constructor(docCount: number) {
    this.#counts = new Float32Array(docCount)
    this.#docIds = new Uint32Array(docCount)
  }

  add(docId: number, count: number): void {
    if (this.#counts[docId] === 0) this.#docIds[this.#size++] = docId
    this.#counts[docId]! += count
  }

  /** The number of docIds with a count. */
  get size(): number {
    return this.#size
  }

  /** The docIds with a count, in no order, and their counts. The tally is empty afterwards. */
  take(): { docIds: Uint32Array; counts: Float32Array } {
    const docIds = this.#docIds.slice(0, this.#size)
    const counts = new Float32Array(this.#size)
    for (let i = 0; i < docIds.length; i++) {
      counts[i] = this.#counts[docIds[i]!]!
      this.#counts[docIds[i]!] = 0
    }
    this.#size = 0
    return { docIds, counts }
  }
}
