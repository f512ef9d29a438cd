import { type WordKind, wordKeyOf } from '../text/tokens.ts'

/** No word: stands between two texts of a paper, so that no phrase reaches over. */
export const GAP = 0

/** The words of some papers as small numbers, from 1: each spelling one of its own, spellings of one key together. */
export class Vocabulary {
  readonly kind: WordKind
  readonly #numbers = new Map<string, number>()
  readonly #spellings: string[] = ['']
  readonly #byKey = new Map<string, number[]>()

  constructor(kind: WordKind) {
    this.kind = kind
  }

  /** The number of a folded word, a new one where it was never seen. */
  wordIdOf(folded: string): number {
    // Names are the same word in any case.
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

  /** The numbers of all spellings of a key. */
  spellingsOf = (key: string): readonly number[] => this.#byKey.get(key) ?? NONE

  spelling = (number: number): string => this.#spellings[number]!

  keyOf = (number: number): string => wordKeyOf(this.#spellings[number]!, this.kind)

  get size(): number {
    return this.#spellings.length
  }
}

const NONE: readonly number[] = []
