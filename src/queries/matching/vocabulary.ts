import { type WordKind, wordKeyOf } from '../text/tokens.ts'

/** Maps words to ids, from 1. Each spelling has its own id; the ids of spellings with the same key are grouped. */
export class Vocabulary {
  readonly kind: WordKind
  readonly #numbers = new Map<string, number>()
  readonly #spellings = ['']
  /** By id. */
  readonly #keys: string[] = ['']
  readonly #byKey = new Map<string, number[]>()
  /** By id: the first id with the same key. */
  readonly #firsts = [0]

  constructor(kind: WordKind) {
    this.kind = kind
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

  get size(): number {
    return this.#spellings.length
  }
}

const NONE: readonly number[] = []

export interface Vocabularies {
  prose: Vocabulary
  names: Vocabulary
}
