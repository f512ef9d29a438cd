import type { Paper } from '../../papers/paper.ts'
import { type KnownWords, type PaperText, toPaperText } from '../text/tokens.ts'
import type { PaperIndex } from './paper-index.ts'

/** `toPaperText` for a paper that is probably in the index, which has its words. */
export function indexedPaperText(paper: Paper, index: PaperIndex): PaperText {
  const docId = index.docIdOfSame(paper)
  if (docId === undefined) return toPaperText(paper)
  return toPaperText(paper, {
    title: wordsIn(index, index.text(docId, 'title')),
    abstract: wordsIn(index, index.text(docId, 'abstract')),
  })
}

function wordsIn({ vocabularies: { prose } }: PaperIndex, words: Uint32Array): KnownWords {
  return {
    wordAt: (position) => {
      const number = words[position]
      if (number === undefined) return undefined
      return {
        folded: prose.spelling(number),
        key: prose.keyOf(number),
        also: prose.otherKeyOf(number),
      }
    },
    positionsOf: (key) => {
      const numbers = prose.spellingsOf(key)
      const positions: number[] = []
      for (const number of numbers)
        for (let at = words.indexOf(number); at >= 0; at = words.indexOf(number, at + 1)) positions.push(at)
      return positions.sort((a, b) => a - b)
    },
  }
}
