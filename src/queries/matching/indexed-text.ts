import type { Paper } from '../../papers/paper.ts'
import { type KnownKeys, type PaperText, toPaperText } from '../text/tokens.ts'
import type { PaperIndex } from './paper-index.ts'

/** `toPaperText` for a paper that is probably in the index, which has the keys of its words. */
export function indexedPaperText(paper: Paper, index: PaperIndex): PaperText {
  const docId = index.docIdOfSame(paper)
  if (docId === undefined) return toPaperText(paper)
  return toPaperText(paper, {
    title: keysIn(index, index.text(docId, 'title')),
    abstract: keysIn(index, index.text(docId, 'abstract')),
  })
}

function keysIn({ vocabularies: { prose } }: PaperIndex, words: Uint32Array): KnownKeys {
  return {
    keyAt: (position) => prose.keyOf(words[position]!),
    positionsOf: (key) => {
      const numbers = prose.spellingsOf(key)
      const positions: number[] = []
      for (const number of numbers)
        for (let at = words.indexOf(number); at >= 0; at = words.indexOf(number, at + 1)) positions.push(at)
      return positions.sort((a, b) => a - b)
    },
  }
}
