import { type WordKind, wordKeyOf } from '../text/tokens.ts'

/** A vocabulary as texts with a word a line, because a few long texts are read faster than many short ones. */
export interface VocabularyData {
  spellings: string
  keys: string
  /** The number of spellings of each key, and their ids. */
  counts: Uint32Array
  ids: Uint32Array
}

/** Maps words to ids, from 1. Each spelling has its own id; the ids of spellings with the same key are grouped. */
export class Vocabulary {
  readonly kind: WordKind
  readonly #numbers = new Map<string, number>()
  readonly #spellings: string[]
  /** By id. */
  readonly #keys: string[] = ['']
  readonly #byKey = new Map<string, number[]>()
  /** By id: the first id with the same key. */
  readonly #firsts: number[]

  constructor(kind: WordKind, data?: VocabularyData) {
    this.kind = kind
    this.#spellings = data?.spellings.split('\n') ?? ['']
    this.#firsts = this.#spellings.map(() => 0)
    if (!data) return
    this.#spellings.forEach((spelling, number) => {
      if (number > 0) this.#numbers.set(spelling, number)
    })
    let at = 0
    data.keys.split('\n').forEach((key, i) => {
      const end = at + (data.counts[i] ?? 0)
      const numbers = [...data.ids.subarray(at, end)]
      if (end > at) this.#byKey.set(key, numbers)
      for (const number of numbers) {
        this.#keys[number] = key
        this.#firsts[number] = numbers[0]!
      }
      at = end
    })
  }

  get data(): VocabularyData {
    const numbers = [...this.#byKey.values()]
    return {
      spellings: this.#spellings.join('\n'),
      keys: [...this.#byKey.keys()].join('\n'),
      counts: Uint32Array.from(numbers, ({ length }) => length),
      ids: Uint32Array.from(numbers.flat()),
    }
  }

  /** Whether a folded word has an id. */
  has = (folded: string): boolean => this.#numbers.has(this.#spellingOf(folded))

  /** The id of a folded word; assigns a new id to an unknown word. */
  wordIdOf(folded: string): number {
    const spelling = this.#spellingOf(folded)
    const known = this.#numbers.get(spelling)
    if (known !== undefined) return known
    const number = this.#spellings.push(spelling) - 1
    this.#numbers.set(spelling, number)
    const key = wordKeyOf(spelling, this.kind)
    this.#keys.push(key)
    const others = this.#byKey.get(key)
    if (others) others.push(number)
    else this.#byKey.set(key, [number])
    this.#firsts.push(others?.[0] ?? number)
    return number
  }

  /** The case of a name does not matter. */
  #spellingOf = (folded: string): string => (this.kind === 'names' ? wordKeyOf(folded, 'names') : folded)

  /** The ids of all spellings of a key. */
  spellingsOf = (key: string): readonly number[] => this.#byKey.get(key) ?? NONE

  spelling = (number: number): string => this.#spellings[number]!

  keyOf = (number: number): string => this.#keys[number]!

  /** The id of the first spelling with the same key. */
  firstOf = (number: number): number => this.#firsts[number]!

  /** The key of a word that has an id. */
  keyOfWord = (folded: string): string | undefined => this.#keys[this.#numbers.get(folded) ?? -1]

  get size(): number {
    return this.#spellings.length
  }
}

const NONE: readonly number[] = []

export interface Vocabularies {
  prose: Vocabulary
  names: Vocabulary
}
