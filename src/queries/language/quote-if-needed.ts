import { isConnective } from './sentence-words.ts'
import { isStrippableWord } from './strip-filler.ts'

const PLAIN = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(-[\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*$/u
const OPERATOR = /^(?:and|or|not|andnot)$/i
const QUOTES = /["“”„‟«»＂]/g

/** A word unchanged if it is unambiguous at every position of a query; any other text as a phrase. */
export function quoteIfNeeded(text: string): string {
  const bare = text.replace(QUOTES, ' ').replace(/ +/g, ' ').trim()
  const isPlain = PLAIN.test(bare) && !OPERATOR.test(bare) && !isConnective(bare) && !isStrippableWord(bare)
  return isPlain ? bare : `"${bare}"`
}
