import { isForeign } from './english.ts'
import { startsEspeciallyClause } from './especially-clause.ts'
import { NEXT_SENTENCE } from './prose.ts'
import { isSentence } from './sentence.ts'
import { REQUEST_START } from './sentence-words.ts'

// "Vision-Language-Action, World Model, RAG" is three topics; "integrated photonics, especially lithium niobate" is one.

/** The start of an item that continues the text before the comma. */
const GOES_ON =
  /^(?:(?:and|or|but) )?(?:like|as well as|which|that|who|where|when|while|but|because|so|if|with|without|for|in|on|of|to|by|from|using|via|through|not)(?=[\s.,]|$)/i

const MAX_ITEM_LENGTH = 4
/** A text with this many words, and this many words per item on average, is prose and not a list of topics. */
const LONG = { words: 40, item: 6 }
const MAX_FOREIGN_ITEM_LENGTH = 12
/** The first characters of a line show whether it is a sentence; checking all of a very long one takes 50 ms. */
const READ_LENGTH = 8000

/** Whether a line is one sentence, even with commas or semicolons. */
export function isOneSentence(line: string, parts: readonly string[]): boolean {
  const [, ...others] = parts.filter(Boolean)
  if (isForeign(line)) return isForeignSentence(line, others)
  if (!isSentence(line.slice(0, READ_LENGTH))) return false
  const asks = REQUEST_START.test(line)
  if (
    others.some((part) => GOES_ON.test(part) || (asks && startsEspeciallyClause(part))) ||
    isText(line, parts)
  )
    return true
  const isList = others.length > 1 && others.every((part) => part.split(' ').length <= MAX_ITEM_LENGTH)
  return asks && !isList
}

/** Whether a line is several sentences, or one of that length. */
export const isLongText = (line: string, parts: readonly string[]): boolean =>
  isForeign(line) || (isSentence(line.slice(0, READ_LENGTH)) && isText(line, parts))

function isText(line: string, parts: readonly string[]): boolean {
  const words = line.split(' ').length
  return NEXT_SENTENCE.test(line) || (words >= LONG.words && words >= parts.length * LONG.item)
}

/** Chinese and Japanese commas separate long clauses or sentences, which are not in a list of topics. */
const isForeignSentence = (line: string, others: readonly string[]): boolean =>
  /[。？！]/.test(line) || others.some((part) => isForeign(part) && part.length > MAX_FOREIGN_ITEM_LENGTH)
