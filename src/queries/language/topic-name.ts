import { memoize } from '../../core/memoize.ts'
import { capitalized, listed } from '../../i18n/words.ts'
import { isTextLeaf, type Query } from '../query.ts'
import { describePart, shownName } from './describe-query.ts'
import { parseOrNull } from './parse-query.ts'
import { isConnective } from './sentence-words.ts'

/** A topic; without a name of its own, `name` is the query. */
interface NamedQuery {
  name: string
  query: string
}

const MAX_LENGTH = 48
const MAX_QUERY_LENGTH = 80
/** Short texts; planning asks for the names of all topics of all subscribers. */
const MAX_CACHED = 50_000

/**
 * The name that a topic is shown under within a sentence: its own, or one proposed from its query, without quotes,
 * operators, exclusions and fields: "linear attention" for `"linear attention" OR "linear transformers" -survey`.
 */
export const topicName = ({ name, query }: NamedQuery): string =>
  name === query ? proposedName(query) : name

/** The same for all topics of one person: topics with the same name get their queries as names. */
export function topicNames(topics: readonly NamedQuery[]): string[] {
  const apart = apartBy(topics.map(topicName), (i) => cutAtWord(topics[i]!.query, MAX_QUERY_LENGTH))
  return apartBy(apart, (i) => `${apart[i]} (${i + 1})`)
}

/** The same as headings. */
export const topicHeadings = (topics: readonly NamedQuery[]): string[] => topicNames(topics).map(asHeading)

function apartBy(names: readonly string[], other: (at: number) => string): string[] {
  const count = new Map<string, number>()
  for (const name of names) count.set(name.toLowerCase(), (count.get(name.toLowerCase()) ?? 0) + 1)
  return names.map((name, i) => (count.get(name.toLowerCase())! > 1 ? other(i) : name))
}

/** A name as a heading: "Linear attention"; "mRNA", "arXiv:2507.06457" and "cs.CL" stay. */
export const asHeading = (name: string): string =>
  /^[\p{Ll}-]+\.?\p{Lu}/u.test(name) ? name : capitalized(name)

const proposedName = memoize((query: string): string => {
  const tree = parseOrNull(query)
  return cutAtWord((tree && nameOf(tree, query)) || query, MAX_LENGTH)
}, MAX_CACHED)

/** Empty for a part that is unwanted. */
function nameOf(tree: Query, text: string): string {
  switch (tree.kind) {
    case 'and':
      return nameOfAll(tree.parts, text)
    case 'or':
      return tree.parts.every(isCategory)
        ? shortList(tree.parts.map(describedShort))
        : nameOf(tree.parts[0]!, text)
    case 'term':
    case 'some':
      return passage(tree.parts, text) || tree.parts.map((part) => nameOf(part, text)).join(' ')
    case 'not':
      return ''
    default:
      return describedShort(tree)
  }
}

/** Categories, votes and the like only count if there is nothing else. */
function nameOfAll(parts: readonly Query[], text: string): string {
  const wanted = parts.filter(({ kind }) => kind !== 'not')
  const subjects = wanted.filter((part) => !isFilter(part))
  if (subjects.length > 1 && subjects.every(isTextLeaf)) {
    const typed = passage(subjects, text)
    if (typed) return typed
  }
  return shortList((subjects.length > 0 ? subjects : wanted).map((part) => nameOf(part, text)))
}

const isCategory = (part: Query): boolean => part.kind === 'category'
const isFilter = (part: Query): boolean =>
  part.kind === 'or'
    ? part.parts.every(isFilter)
    : ['category', 'votes', 'has-code', 'revised'].includes(part.kind)

function describedShort(part: Query): string {
  if (part.kind === 'word' || part.kind === 'phrase') return part.text
  if (part.kind === 'category') return part.value
  return part.kind === 'paper' ? shownName(part.name) : describePart(part)
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
  const words = parts.map((part) => nameOf(part, text).toLowerCase())
  const start = Math.max(0, lower.indexOf(words[0]!))
  let end = start
  for (const word of words) {
    const at = lower.indexOf(word, end)
    if (at < 0 || at + word.length - start > MAX_LENGTH) break
    end = at + word.length
  }
  // A general word behind the last one: autonomous systems.
  const next = /^ (?!(?:and|or|not)\b)\p{L}+/iu.exec(text.slice(end))?.[0] ?? ''
  const isPart = next && !isConnective(next.trim()) && end + next.length - start <= MAX_LENGTH
  const found = text.slice(start, isPart ? end + next.length : end)
  return SIGNS.test(found) ? '' : found
}

const SIGNS = /["()|:]|\b(?:AND|OR|NOT|ANDNOT)\b|\+/

function cutAtWord(text: string, most: number): string {
  if (text.length <= most) return text
  const head = text.slice(0, most)
  return `${head.slice(0, Math.max(head.lastIndexOf(' '), most / 2)).trimEnd()}…`
}
