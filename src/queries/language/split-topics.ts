import { startsEspeciallyClause, startsExamples } from './especially-clause.ts'
import { containsExcept, startsExclusion } from './exclusion.ts'
import { GROUP_PIECES, isClosing, isOpening } from './groups.ts'
import { isLongText, isOneSentence } from './is-one-sentence.ts'

/**
 * Splits the text of a plain field into topics, at commas, semicolons and new lines. Does not split inside quotes or
 * brackets, at commas or semicolons within a sentence, or before "especially" and similar words. An exclusion in a line
 * ("a, b, but not c") applies to each of its topics. Drops blank and repeated topics; keeps the order.
 */
export const splitTopics = (text: string): string[] =>
  distinct(linesOf(text).filter(isTyped).flatMap(topicsOf))

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

/** The items of a list, split at the same characters, whatever their meaning. */
export const splitItems = (text: string): string[] =>
  distinct(linesOf(text).flatMap((line) => itemsOf(line).map(withoutJoin)))

const distinct = (texts: string[]): string[] => [...new Set(texts.filter(Boolean))]

/** A line: the items between commas and semicolons, alternating with these separators. */
type Line = string[]

const isTyped = (line: Line): boolean => line.length > 1 || line[0]!.trim() !== ''
const textOf = (line: Line): string => cleanText(line.join(''))
const itemsOf = (line: Line): string[] => line.filter((_, i) => i % 2 === 0).map(cleanText)

function topicsOf(line: Line): string[] {
  const text = textOf(line)
  const items = itemsOf(line)
  const leavesOut = items.some((item, i) => (i > 0 && startsExclusion(item, '')) || containsExcept(item))
  if (!leavesOut || items.length < 2 || isLongText(text, items)) return wantedIn(line)
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
function wantedIn(line: Line): string[] {
  const items = itemsOf(line)
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
  for (const [piece] of text.matchAll(GROUP_PIECES)) {
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
export const cleanText = (text: string): string =>
  text
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
