import { capitalized, fill, listed, words } from '../../i18n/words.ts'
import { isTextLeaf, type Query, wantedLeaves } from '../query.ts'
import { isStopWord, tokensOf, wordKindOf } from '../text/tokens.ts'
import { describePart, shownName } from './describe-query.ts'
import { parseOrNull } from './parse-query.ts'
import { sentenceName } from './sentence-name.ts'
import { isConnective } from './sentence-words.ts'

/** A topic; without a name of its own, `name` is the query. */
interface NamedQuery {
  name: string
  query: string
}

const MAX_LENGTH = 48
/** A sentence that is no longer is named with its last words too. */
const MAX_SENTENCE_LENGTH = 64
/** So that a subject shows them whole. */
const MAX_ALTERNATIVES_LENGTH = 37
const MAX_DESCRIPTION_LENGTH = 80
/** Short texts; planning asks for the names of all topics of all subscribers. */
const MAX_CACHED = 50_000

/**
 * The name that a topic is shown under within a sentence: its own, or one proposed from its query, without quotes,
 * operators, exclusions and fields: "linear attention" for `"linear attention" OR "linear transformers" -survey`, "by
 * Albert Gu" for `author:"Albert Gu"`.
 */
export const topicName = ({ name, query }: NamedQuery): string =>
  name === query ? proposedName(query) : name

/** The names of all topics of one person: topics with the same name are described as a whole. */
export function topicNames(topics: readonly NamedQuery[]): string[] {
  const apart = apartBy(topics.map(topicName), (i) => inWords(topics[i]!.query))
  return apartBy(apart, (i) => `${apart[i]} (${i + 1})`)
}

/** The names of all topics of one person, as headings. */
export const topicHeadings = (topics: readonly NamedQuery[]): string[] => topicNames(topics).map(asHeading)

function apartBy(names: readonly string[], other: (at: number) => string): string[] {
  const count = new Map<string, number>()
  for (const name of names) count.set(name.toLowerCase(), (count.get(name.toLowerCase()) ?? 0) + 1)
  return names.map((name, i) => (count.get(name.toLowerCase())! > 1 ? other(i) : name))
}

const BY = fill(words.query.byAuthor, { author: '' })

/** Whether it is the name of a topic of authors: "by Chen". */
export const isByAuthor = (name: string): boolean => name.startsWith(BY)

/** A query for a topic of which only the name is known. */
export const queryOfName = (name: string): string =>
  isByAuthor(name) ? `author:"${name.slice(BY.length).replaceAll('"', '')}"` : name

/** A name as a heading: "Linear attention"; "mRNA", "arXiv:2507.06457" and "cs.CL" stay. */
export const asHeading = (name: string): string =>
  /^[\p{Ll}-]+\.?\p{Lu}/u.test(name) ? name : capitalized(name)

/** A query without operators: "robots, but not survey". */
function inWords(query: string): string {
  const tree = parseOrNull(query)
  return cutAtWord(tree ? describePart(tree) : asTyped(query), MAX_DESCRIPTION_LENGTH)
}

/** A text that is no query, with its operators as words. */
const asTyped = (text: string): string =>
  text.replace(/\b(?:AND|OR|NOT|ANDNOT)\b/g, (operator) => operator.toLowerCase())

const cached = new Map<string, string>()

/** `tree`: the parsed query, if it is known: parsing takes most of the time. */
export function proposedName(query: string, tree?: Query): string {
  const known = cached.get(query)
  if (known !== undefined) return known
  const name = nameFor(query, tree ?? parseOrNull(query))
  if (cached.size >= MAX_CACHED) cached.clear()
  cached.set(query, name)
  return name
}

function nameFor(query: string, tree: Query | null): string {
  const name = cutAtWord((tree && nameOf(tree, query)) || asTyped(query), maxLengthOf(query))
  const isByAuthor = tree && wantedLeaves(tree).every((leaf) => 'field' in leaf && leaf.field === 'author')
  return isByAuthor ? fill(words.query.byAuthor, { author: name }) : name
}

const maxLengthOf = (text: string): number =>
  text.length > MAX_SENTENCE_LENGTH ? MAX_LENGTH : MAX_SENTENCE_LENGTH

/** Empty for a part that is unwanted. */
function nameOf(tree: Query, text: string): string {
  switch (tree.kind) {
    case 'and':
      return nameOfAll(tree.parts, text)
    case 'or':
      return nameOfAny(tree, text)
    case 'some':
      return (
        sentenceName(
          tree.parts.map((part) => nameOf(part, text)),
          text,
          maxLengthOf(text),
        ) || allOf(tree.parts, text)
      )
    case 'term':
      return allOf(tree.parts, text)
    case 'not':
      return ''
    default:
      return describedShort(tree)
  }
}

const allOf = (parts: readonly Query[], text: string): string =>
  passage(parts, text) || parts.map((part) => nameOf(part, text)).join(' ')

/** Categories, votes and the like only count if there is nothing else. */
function nameOfAll(parts: readonly Query[], text: string): string {
  const wanted = parts.filter(({ kind }) => kind !== 'not')
  const subjects = wanted.filter((part) => !isFilter(part))
  if (subjects.length > 1 && subjects.every(isTextLeaf)) {
    const typed = passage(subjects, text)
    if (typed) return typed
  }
  if (subjects.length === 0) return wanted.map((part) => nameOf(part, text)).join(', ')
  const names = subjects.map((part) => nameOf(part, text))
  // "rag or retrieval, and chemistry or biology"; of more, each first alternative: "rag… and chemistry…".
  const firsts = subjects.map((part) => nameOf(part.kind === 'or' ? part.parts[0]! : part, text))
  const whole = names.join(`, ${words.lists.and} `)
  if (names.every((name, i) => name === firsts[i])) return shortList(firsts)
  return whole.length > MAX_LENGTH
    ? shortList(firsts.map((first, i) => (first === names[i] ? first : `${first}…`)))
    : whole
}

/** The first alternative if it shares a word with all others: "linear attention" OR "linear transformers". */
function nameOfAny({ parts, also }: Extract<Query, { kind: 'or' }>, text: string): string {
  const names = [...new Set(parts.map((part) => nameOf(part, text)).filter(Boolean))]
  const [first, ...others] = parts.map(keysOf)
  const isOne = also || first!.some((key) => others.every((keys) => keys.includes(key)))
  return isOne ? names[0]! : alternatives(names)
}

/** The words of a part that are about a subject: no names, no stop words. */
const keysOf = (part: Query): string[] =>
  wantedLeaves(part)
    .filter(isTextLeaf)
    .flatMap(({ field, text }) => (wordKindOf(field) === 'prose' ? tokensOf(text) : []))
    .flatMap(({ folded, key }) => (isStopWord(folded) ? [] : [key]))

const isFilter = (part: Query): boolean =>
  part.kind === 'or'
    ? part.parts.every(isFilter)
    : ['category', 'votes', 'has-code', 'revised'].includes(part.kind)

function describedShort(part: Query): string {
  if (part.kind === 'word' || part.kind === 'phrase') return part.text
  if (part.kind === 'category') return part.value
  if (part.kind === 'votes') return fill(words.query.short.votes, { count: part.least })
  if (part.kind === 'has-code') return words.query.short.code
  if (part.kind === 'revised') return words.query.short.revised
  return part.kind === 'paper' ? shownName(part.name) : describePart(part)
}

/** As many as fit: "world models, robotics and 3 more". */
function alternatives(names: readonly string[]): string {
  for (let count = names.length; ; count--) {
    const more = fill(words.reason.moreTerms, { count: names.length - count })
    const list = count === names.length ? listed(names, 'or') : listed([...names.slice(0, count), more])
    if (list.length <= MAX_ALTERNATIVES_LENGTH || count <= 1) return list
  }
}

/** As many as fit: "large language models and chemistry". */
function shortList(names: readonly string[]): string {
  const fitting = names.filter((_, i) => i === 0 || listed(names.slice(0, i + 1), 'and').length <= MAX_LENGTH)
  return listed(fitting, 'and')
}

/**
 * The typed text from the first of some words to the last one that fits: "robots learn from human video". Empty if it
 * contains signs and operators.
 */
function passage(parts: readonly Query[], text: string): string {
  const lower = text.toLowerCase()
  const terms = parts.map((part) => nameOf(part, text).toLowerCase())
  const start = Math.max(0, lower.indexOf(terms[0]!))
  let end = start
  for (const word of terms) {
    const at = lower.indexOf(word, end)
    if (at < 0 || at + word.length - start > MAX_LENGTH) break
    end = at + word.length
  }
  // A general word behind the last one: autonomous systems. Not that of a condition: votes>=20.
  const next = /^ (?!(?:and|or|not)\b)\p{L}+(?![\p{L}:<>=])/iu.exec(text.slice(end))?.[0] ?? ''
  const isPart = next && !isConnective(next.trim()) && end + next.length - start <= MAX_LENGTH
  const found = text.slice(start, isPart ? end + next.length : end)
  return SIGNS.test(found) ? '' : found
}

const SIGNS = /["()|:]|\b(?:AND|OR|NOT|ANDNOT)\b|\+/

function cutAtWord(text: string, max: number): string {
  if (text.length <= max) return text
  const head = text.slice(0, max)
  return `${head.slice(0, Math.max(head.lastIndexOf(' '), max / 2)).trimEnd()}…`
}
