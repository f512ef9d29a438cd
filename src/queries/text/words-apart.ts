import type { TextLeaf } from '../query.ts'
import { isStopWord } from './stop-words.ts'
import { kindOf, tokensOf } from './tokens.ts'

/** The words of a phrase by themselves, without stop words; none of a word, and of names, which stay whole. */
export function wordsApart({ kind, field, text }: TextLeaf): TextLeaf[] {
  if (kind === 'word' || kindOf(field) === 'names') return []
  return tokensOf(text)
    .map(({ folded }) => folded)
    .filter((word) => !isStopWord(word))
    .map((word) => ({ kind: 'word', field, text: word }))
}
