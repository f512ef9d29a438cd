import { startsEspeciallyClause, startsExamples } from './especially-clause.ts'
import { containsExcept, startsExclusion } from './exclusion.ts'
import { GROUP_PIECES, isClosing, isOpening } from './groups.ts'
import { isLongText, isOneSentence } from './is-one-sentence.ts'

/**
 * The topics that one plain field holds. A comma, a semicolon or a new line starts another, but not inside quotes or
 * brackets, nor a comma or semicolon inside a sentence, nor before "especially" and its like. What a line leaves out
 * ("a, b, but not c") is left out of each of its topics. Blank ones and repeats are dropped; the order stays.
 */
export const splitTopics = (text: string): string[] =>
  distinct(linesOf(text).filter(isTyped).flatMap(topicsOf))

/** More characters than twenty of the longest queries have. Splitting them takes up to 0.1 s. */
const MAX_SPLIT_LENGTH = 45_000

/** The topics of several fields. Very long input is not split: a field is then one topic, which is refused as too long. */
export function splitFields(texts: readonly string[]): string[] {
  const length = texts.reduce((sum, text) => sum + text.length, 0)
  return length > MAX_SPLIT_LENGTH ? texts.map(cleanText) : texts.flatMap(splitTopics)
}

/** The items of a list, split at the same signs, whatever they say. */
export const splitItems = (text: string): string[] =>
  distinct(linesOf(text).flatMap((line) => itemsOf(line).map(withoutJoin)))

const distinct = (texts: string[]): string[] => [...new Set(texts.filter(Boolean))]

/** A line: what stands between commas and semicolons, and these themselves between. */
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

/** A semicolon ends what is left out. */
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

/** The topics of a line that leaves nothing out. */
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

/** Of a list that was a sentence: vision, language, and robots. */
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

/** Without what pasted text brings along: signs that nobody sees, and that the database refuses. */
export const cleanText = (text: string): string =>
  text
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
