import { type WordKind, wordKeyOf } from '../text/tokens.ts'

/**
 * Maps words to ids, from 1. Each spelling has its own id; the ids of spellings with the same key are grouped. A word
 * that is also written in another way, as Müller is Mueller, has an id of its own too, which is found by both keys.
 */
export class Vocabulary {
  readonly kind: WordKind
  readonly #numbers = new Map<string, number>()
  readonly #spellings = ['']
  /** By id. */
  readonly #keys: string[] = ['']
  readonly #byKey = new Map<string, number[]>()
  /** By id: the key of the other way to write it. */
  readonly #otherKeys = new Map<number, string>()
  readonly #byOtherKey = new Map<string, number[]>()
  /** By id: the first id with the same key. */
  readonly #firsts = [0]

  constructor(kind: WordKind) {
    this.kind = kind
  }

  /** Whether a folded word has an id. */
  has = (folded: string, transcribed?: string): boolean =>
    this.#numbers.has(this.#nameOf(folded, transcribed))

  /** The id of a folded word; assigns a new id to an unknown word. */
  wordIdOf(folded: string, transcribed?: string): number {
    const name = this.#nameOf(folded, transcribed)
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const spelling = this.#spellingOf(folded)
    const number = this.#spellings.push(spelling) - 1
    this.#numbers.set(name, number)
    const key = wordKeyOf(spelling, this.kind)
    this.#keys.push(key)
    this.#firsts.push(addTo(this.#byKey, key, number))
    if (transcribed !== undefined) {
      const otherKey = wordKeyOf(transcribed, this.kind)
      this.#otherKeys.set(number, otherKey)
      if (otherKey !== key) addTo(this.#byOtherKey, otherKey, number)
    }
    return number
  }

  /** No word contains a blank. */
  #nameOf = (folded: string, transcribed?: string): string =>
    transcribed === undefined
      ? this.#spellingOf(folded)
      : `${this.#spellingOf(folded)} ${this.#spellingOf(transcribed)}`

  /** The case of a name does not matter. */
  #spellingOf = (folded: string): string => (this.kind === 'names' ? wordKeyOf(folded, 'names') : folded)

  /** The ids of all spellings of a key, also of those whose other key it is. */
  spellingsOf(key: string): readonly number[] {
    const [own, others] = [this.#byKey.get(key), this.#byOtherKey.get(key)]
    if (!others) return own ?? NONE
    return own ? [...own, ...others] : others
  }

  spelling = (number: number): string => this.#spellings[number]!

  keyOf = (number: number): string => this.#keys[number]!

  otherKeyOf = (number: number): string | undefined => this.#otherKeys.get(number)

  /** The id of the first spelling with the same key. */
  firstOf = (number: number): number => this.#firsts[number]!

  /** The id of the first spelling of a key. */
  firstOfKey = (key: string): number | undefined => this.#byKey.get(key)?.[0]

  get size(): number {
    return this.#spellings.length
  }
}

/** Adds an id to those of a key, and returns the first one. */
function addTo(byKey: Map<string, number[]>, key: string, number: number): number {
  const others = byKey.get(key)
  if (others) others.push(number)
  else byKey.set(key, [number])
  return others?.[0] ?? number
}

const NONE: readonly number[] = []

export interface Vocabularies {
  prose: Vocabulary
  names: Vocabulary
}
