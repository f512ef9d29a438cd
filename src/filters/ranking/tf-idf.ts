import type { PaperIndex } from '../matching/paper-index.ts'
import { GAP } from '../matching/vocabulary.ts'
import { isStopWord } from '../text/stop-words.ts'
import { rarityOf } from './bm25.ts'
import { unit, type Vector } from './profile.ts'

const TITLE = 2
/** A shorter word, or a number, says little of what a paper is about. */
const TELLING = /^(?=.*\p{L})..+/u

/** What a paper is about: the telling words of title, which count twice, and abstract, the rare ones more. */
export function vectorOf(index: PaperIndex, slot: number, papersWith: (key: string) => number): Vector {
  const { prose } = index.vocabularies
  const { title, abstract } = index.words(slot)
  const counts = new Map<string, number>()
  const count = (words: Uint32Array, times: number) => {
    for (const word of words) {
      if (word === GAP || !isTelling(prose.spelling(word))) continue
      const key = prose.keyOf(word)
      counts.set(key, (counts.get(key) ?? 0) + times)
    }
  }
  count(title, TITLE)
  count(abstract, 1)
  const weighed = [...counts].map(([key, times]): [string, number] => {
    return [key, (1 + Math.log(times)) * rarityOf(papersWith(key), index.slots)]
  })
  return unit(new Map(weighed))
}

const isTelling = (word: string): boolean => TELLING.test(word) && !isStopWord(word)
