import { flatten, isTextLeaf, type Query, type TextLeaf, wantedLeaves } from '../query.ts'
import { isStopWord, wordKindOf } from '../text/tokens.ts'
import { longFormKey } from './acronyms.ts'
import { contentKeys, type Usage } from './usage.ts'

/** Words that occur together in a larger share of recent papers are no names. */
const COMMON = 0.003
/** Long forms have at most two words more than their acronym has letters, and that has up to five. */
const MAX_TERM_WORDS = 8
/** A query with more terms is not a person's name, and each term costs two more lookups. */
const MAX_NAMED_TERMS = 10

/**
 * What a typed query means where papers use words in this way. Known terms are phrases; acronyms and long forms count as
 * the same; rare words without a field may also be in the name of an author or an organization. Quotes prevent all of it,
 * except that a phrase may still be a name. A meaning means itself.
 */
export function meaningOf(query: Query, usage: Usage): Query {
  if (meanings.has(query)) return query
  const mayBeName = wantedLeaves(query).length <= MAX_NAMED_TERMS
  const meaning = meant(query, { usage, mayBeName })
  // The typed tree is cached, and means something else as soon as papers use its words otherwise.
  return asMeaning(meaning === query ? { ...query } : meaning)
}

interface Reading {
  usage: Usage
  /** Rare words without a field may also be in the name of an author or an organization. */
  mayBeName: boolean
}

function meant(node: Query, reading: Reading): Query {
  switch (node.kind) {
    case 'not':
      return { kind: 'not', part: meant(node.part, { ...reading, mayBeName: false }) }
    case 'or':
    case 'and':
      return flatten(
        node.kind,
        node.parts.map((part) => meant(part, reading)),
      )
    case 'some':
      return sentenceMeaning(node, reading.usage)
    case 'term':
      return termMeaning(node.parts, reading)
    default:
      return isTextLeaf(node) ? leafMeaning(node, reading) : node
  }
}

function termMeaning(parts: readonly Query[], { usage, mayBeName }: Reading): Query {
  const leaves = termsOf(parts.filter(isTextLeaf), usage).map(({ leaf }) => leaf)
  if (leaves.length === 1) return leafMeaning(leaves[0]!, { usage, mayBeName })
  const isRare = isRareTogether(
    leaves.flatMap(({ text }) => contentKeys(text)),
    usage,
  )
  return {
    kind: 'and',
    parts: leaves.map((leaf) => leafMeaning(leaf, { usage, mayBeName: mayBeName && isRare })),
  }
}

/** A term is met for each of its key words, or for none. "large language models (LLMs)" is one term. */
function sentenceMeaning({ least, parts }: Extract<Query, { kind: 'some' }>, usage: Usage): Query {
  const terms = termsOf(parts.filter(isTextLeaf), usage)
  const longForms = new Set(terms.map(({ leaf }) => longFormKey(leaf.text)))
  const meanings = terms.flatMap(({ leaf, typed }) => {
    const long = longFormOf(leaf, usage)
    if (long !== undefined && longForms.has(longFormKey(long))) return []
    const meaning = leafMeaning(leaf, { usage, mayBeName: false })
    return typed.map(() => meaning)
  })
  return { kind: 'some', least: Math.min(least, meanings.length), parts: meanings }
}

interface Term {
  leaf: TextLeaf
  /** What it was made of. */
  typed: readonly TextLeaf[]
}

/** The leaves, of which those that are together a known term or a long form are one. */
function termsOf(leaves: readonly TextLeaf[], { terms: known }: Usage): Term[] {
  const keys = leaves.map(({ text }) => contentKeys(text).join(' '))
  const terms: Term[] = []
  for (let from = 0; from < leaves.length; ) {
    let to = Math.min(leaves.length, from + MAX_TERM_WORDS)
    while (to > from + 1 && !known.has(keys.slice(from, to).join(' '))) to--
    const typed = leaves.slice(from, to)
    const term = typed.length > 1 && known.get(keys.slice(from, to).join(' '))
    const leaf = typed[0]!
    terms.push({ leaf: term ? { ...leaf, kind: 'phrase', text: phraseText(typed, term) } : leaf, typed })
    from = to
  }
  return terms
}

function leafMeaning(leaf: TextLeaf, { usage, mayBeName }: Reading): Query {
  if (wordKindOf(leaf.field) === 'names') return leaf
  const also = leaf.quoted ? undefined : otherForm(leaf, usage)
  const forms: TextLeaf[] = also === undefined ? [leaf] : [leaf, also]
  const isQuotedWord = leaf.kind === 'word' && leaf.quoted
  if (mayBeName && !isQuotedWord && leaf.field === 'any' && isRareTogether(contentKeys(leaf.text), usage))
    forms.push({ ...leaf, field: 'author' }, { ...leaf, field: 'org' })
  return forms.length > 1 ? { kind: 'or', parts: forms, also: true } : leaf
}

const isRareTogether = (keys: string[], usage: Usage): boolean => usage.shareWithAll(keys) <= COMMON

function longFormOf({ text }: TextLeaf, { acronyms: { longForms } }: Usage): string | undefined {
  return longForms.get(text) ?? longForms.get(text.replace(PLURAL, '$1'))
}

function otherForm(leaf: TextLeaf, usage: Usage): TextLeaf | undefined {
  const long = longFormOf(leaf, usage)
  if (long) return { ...leaf, kind: 'phrase', text: long }
  const short = leaf.kind === 'phrase' ? usage.acronyms.acronyms.get(longFormKey(leaf.text)) : undefined
  return short ? { ...leaf, kind: 'word', text: short } : undefined
}

/** LLMs, AIs, gans; but gas is not the plural of GA. */
const PLURAL = /^(\p{Lu}{2}|.{3,5})s$/u

/** The words of a term as typed, with its small words, which a query is without. */
function phraseText(typed: readonly TextLeaf[], term: string): string {
  const words = term.split(' ')
  const texts = typed.map(({ text }) => text)
  if (words.filter((word) => !isStopWord(word)).length !== texts.length) return texts.join(' ')
  return words.map((word) => (isStopWord(word) ? word : texts.shift())).join(' ')
}

const meanings = new WeakSet<Query>()

/** Marks a tree as a meaning, such as one that is put together from parts of meanings. */
export function asMeaning<Q extends Query>(query: Q): Q {
  meanings.add(query)
  return query
}
