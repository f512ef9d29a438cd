import {
  containsExcept,
  GROUP_PIECES,
  isClosing,
  isOpening,
  NEXT_SENTENCE,
  startsEspeciallyClause,
  startsExamples,
  startsExclusion,
} from './clauses.ts'
import { isSentence } from './sentence.ts'
import { isForeign, REQUEST_START } from './sentence-words.ts'

/**
 * Splits the text of a plain field into topics, at commas, semicolons and new lines. Does not split inside quotes or
 * brackets, at commas or semicolons within a sentence, in a wrapped paragraph, or before "especially" and similar words.
 * An exclusion in a line ("a, b, but not c") applies to each of its topics. Drops blank and repeated topics; keeps the order.
 */
export const splitTopics = (text: string): string[] =>
  distinct(linesOf(unwrapped(text)).filter(isTyped).flatMap(topicsOf))

const WRAPPED_LENGTH = 40

/** Joins the lines of each paragraph that was wrapped, as an abstract copied from a PDF: most lines continue the last. */
function unwrapped(text: string): string {
  if (!text.includes('\n')) return text
  return text
    .split(/(\r?\n[ \t]*(?=\r?\n))/)
    .map((paragraph) => {
      const lines = paragraph.split(/\r?\n/)
      const joined = lines.join(' ')
      const continued = lines.filter(
        (line, i) => i > 0 && lines[i - 1]!.length >= WRAPPED_LENGTH && /^\p{Ll}/u.test(line),
      )
      return continued.length * 2 >= lines.length - 1 && NEXT_SENTENCE.test(joined) ? joined : paragraph
    })
    .join('')
}

/** More characters than twenty of the longest queries. Splitting this many takes up to 0.1 s. */
const MAX_SPLIT_LENGTH = 45_000

/**
 * Splits several fields into topics. Very long input is not split: each field is then one topic, which is rejected as
 * too long.
 */
export function splitFields(texts: readonly string[]): string[] {
  const length = texts.reduce((sum, text) => sum + text.length, 0)
  return length > MAX_SPLIT_LENGTH ? texts.map(cleanText) : texts.flatMap(splitTopics)
}

const distinct = (texts: string[]): string[] => [...new Set(texts.filter(Boolean))]

/** A line: the items between commas and semicolons, alternating with these separators. */
type Line = string[]

const isTyped = (line: Line): boolean => line.length > 1 || line[0]!.trim() !== ''
const textOf = (line: Line): string => cleanText(line.join(''))
const itemsOf = (line: Line): string[] => line.filter((_, i) => i % 2 === 0).map(cleanText)

function topicsOf(line: Line): string[] {
  const items = itemsOf(line)
  const leavesOut = items.some((item, i) => (i > 0 && startsExclusion(item, '')) || containsExcept(item))
  if (!leavesOut || items.length < 2 || isLongText(textOf(line), items)) return wantedIn(line, items)
  return clausesOf(line).flatMap(topicsOfClause)
}

/** Splits at semicolons: an exclusion ends there. */
function clausesOf(line: Line): Line[] {
  const clauses: Line[] = [[line[0]!]]
  for (let at = 1; at < line.length; at += 2) {
    const [sign, item] = [line[at]!, line[at + 1]!]
    const isNext = /[;；]/.test(sign) && !startsExclusion(cleanText(item), clauses.at(-1)![0]!)
    if (isNext) clauses.push([item])
    else clauses.at(-1)!.push(sign, item)
  }
  return clauses
}

function topicsOfClause(line: Line): string[] {
  const items = itemsOf(line)
  const isOfAll = (item: string) => startsExclusion(item, items[0]!)
  const at = items.findIndex((item, i) => (i > 0 && isOfAll(item)) || containsExcept(item))
  const wanted = at > 0 ? wantedIn(line.slice(0, at * 2 - 1)) : []
  if (at < 0 || (isOfAll(items[at]!) && wanted.length === 0)) return wantedIn(line)
  const rest = textOf(line.slice(at * 2)).replace(/(?<![\s,;，；])[\s,;，；]+$/, '')
  return at > 0 && isOfAll(items[at]!)
    ? wanted.map((topic) => `${topic}, ${rest}`)
    : [...wanted, withoutJoin(rest, at)]
}

/** The topics of a line without an exclusion. */
function wantedIn(line: Line, items = itemsOf(line)): string[] {
  if (items.length > 1 && isOneSentence(textOf(line), items)) return [textOf(line)]
  const topics: string[] = []
  let isInExamples = false
  for (const item of items) {
    const isMore: boolean = topics.length > 0 && (isInExamples || startsEspeciallyClause(item))
    if (isMore && item) topics.push(`${topics.pop()}, ${item}`)
    else if (item) topics.push(withoutJoin(item, topics.length))
    isInExamples ||= isMore && startsExamples(item)
  }
  return topics
}

/** Removes the conjunction of a list that was a sentence: vision, language, and robots. */
const withoutJoin = (item: string, at: number): string =>
  at > 0 ? item.replace(/^(?:and|or) (?=\S)/, '') : item

function linesOf(text: string): Line[] {
  const lines = [['']]
  let depth = 0
  for (const piece of text.match(GROUP_PIECES) ?? []) {
    if (isOpening(piece)) depth++
    if (isClosing(piece)) depth = Math.max(0, depth - 1)
    const line = lines.at(-1)!
    if (depth === 0 && /^[\n\r]$/.test(piece)) lines.push([''])
    else if (depth === 0 && /^[,;，；]$/.test(piece)) line.push(piece, '')
    else line[line.length - 1] += piece
  }
  return lines
}

/** Removes invisible characters of pasted text, which the database rejects, and collapses white space. */
export function cleanText(text: string): string {
  const trimmed = text.trim()
  if (IS_CLEAN.test(trimmed)) return trimmed
  return trimmed
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
}

/** Visible ASCII characters with single blanks between them. */
const IS_CLEAN = /^[!-~]+(?: [!-~]+)*$/

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
function isOneSentence(line: string, parts: readonly string[]): boolean {
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
const isLongText = (line: string, parts: readonly string[]): boolean =>
  isForeign(line) || (isSentence(line.slice(0, READ_LENGTH)) && isText(line, parts))

function isText(line: string, parts: readonly string[]): boolean {
  const words = line.split(' ').length
  return NEXT_SENTENCE.test(line) || (words >= LONG.words && words >= parts.length * LONG.item)
}

/** Chinese and Japanese commas separate long clauses or sentences, which are not in a list of topics. */
const isForeignSentence = (line: string, others: readonly string[]): boolean =>
  /[。？！]/.test(line) || others.some((part) => isForeign(part) && part.length > MAX_FOREIGN_ITEM_LENGTH)
