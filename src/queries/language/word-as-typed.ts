import { isAroundAsked } from './asked-for.ts'
import { isJoining } from './sentence-words.ts'

const PLAIN = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(-[\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*$/u
const OPERATOR = /^(?:and|or|not|andnot)$/i
const QUOTES = /["“”„‟«»＂]/g

/** A word as it stands where it means nothing else at any place of a query; any other text as a phrase. */
export function wordAsTyped(text: string): string {
  const bare = text.replace(QUOTES, ' ').replace(/ +/g, ' ').trim()
  const isPlain = PLAIN.test(bare) && !OPERATOR.test(bare) && !isJoining(bare) && !isAroundAsked(bare)
  return isPlain ? bare : `"${bare}"`
}
