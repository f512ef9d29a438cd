import { type WordKind, wordKeyOf } from '../text/tokens.ts'

/** Not a word: separates two texts of a paper, so that no phrase spans both. */
export const GAP = 0

/** Maps words to ids, from 1. Each spelling has its own id; the ids of spellings with the same key are grouped. */
export class Vocabulary {
  readonly kind: WordKind
  readonly #numbers = new Map<string, number>()
  readonly #spellings: string[] = ['']
  readonly #byKey = new Map<string, number[]>()

  constructor(kind: WordKind) {
    this.kind = kind
  }

  /** The id of a folded word; assigns a new id to an unknown word. */
  wordIdOf(folded: string): number {
    // The case of a name does not matter.
    const spelling = this.kind === 'names' ? wordKeyOf(folded, 'names') : folded
    const known = this.#numbers.get(spelling)
    if (known !== undefined) return known
    const number = this.#spellings.push(spelling) - 1
    this.#numbers.set(spelling, number)
    const key = wordKeyOf(spelling, this.kind)
    const others = this.#byKey.get(key)
    if (others) others.push(number)
    else this.#byKey.set(key, [number])
    return number
  }

  /** The ids of all spellings of a key. */
  spellingsOf = (key: string): readonly number[] => this.#byKey.get(key) ?? NONE

  spelling = (number: number): string => this.#spellings[number]!

  keyOf = (number: number): string => wordKeyOf(this.#spellings[number]!, this.kind)

  get size(): number {
    return this.#spellings.length
  }
}

const NONE: readonly number[] = []
