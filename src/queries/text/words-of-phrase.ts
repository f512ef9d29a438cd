import type { TextLeaf } from '../query.ts'
import { isStopWord } from './stop-words.ts'
import { tokensOf, wordKindOf } from './tokens.ts'

/** The single words of a phrase, without stop words. Empty for a single word, and for names, which stay whole. */
export function wordsOfPhrase({ kind, field, text }: TextLeaf): TextLeaf[] {
  if (kind === 'word' || wordKindOf(field) === 'names') return []
  return tokensOf(text)
    .map(({ folded }) => folded)
    .filter((word) => !isStopWord(word))
    .map((word) => ({ kind: 'word', field, text: word }))
}
