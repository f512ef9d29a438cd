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
  const withNames = wantedLeaves(query).length <= MAX_NAMED_TERMS
  const meaning = meant(query, withNames)
  // The typed tree is cached, and means something else as soon as papers use its words otherwise.
  return asMeaning(meaning === query ? { ...query } : meaning)

  function meant(node: Query, mayBeName: boolean): Query {
    switch (node.kind) {
      case 'not':
        return { kind: 'not', part: meant(node.part, false) }
      case 'or':
      case 'and':
        return flatten(
          node.kind,
          node.parts.map((part) => meant(part, mayBeName)),
        )
      case 'some':
        return sentenceMeaning(node)
      case 'term':
        return termMeaning(node.parts, mayBeName)
      default:
        return isTextLeaf(node) ? leafMeaning(node, mayBeName) : node
    }
  }

  function termMeaning(parts: readonly Query[], mayBeName: boolean): Query {
    const leaves = termsOf(parts.filter(isTextLeaf)).map(({ leaf }) => leaf)
    if (leaves.length === 1) return leafMeaning(leaves[0]!, mayBeName)
    const isCommon = usage.shareWithAll(leaves.flatMap(({ text }) => contentKeys(text))) > COMMON
    return { kind: 'and', parts: leaves.map((leaf) => leafMeaning(leaf, mayBeName && !isCommon)) }
  }

  /** A term is met for each of its key words, or for none. "large language models (LLMs)" is one term. */
  function sentenceMeaning({ least, parts }: Extract<Query, { kind: 'some' }>): Query {
    const terms = termsOf(parts.filter(isTextLeaf))
    const longForms = new Set(terms.map(({ leaf }) => longFormKey(leaf.text)))
    const meanings = terms.flatMap(({ leaf, typed }) => {
      const long = longFormOf(leaf)
      if (long !== undefined && longForms.has(longFormKey(long))) return []
      const meaning = leafMeaning(leaf, false)
      return typed.map(() => meaning)
    })
    return { kind: 'some', least: Math.min(least, meanings.length), parts: meanings }
  }

  /** The leaves, of which those that are together a known term or a long form are one. `typed`: what it was made of. */
  function termsOf(leaves: readonly TextLeaf[]): { leaf: TextLeaf; typed: readonly TextLeaf[] }[] {
    const keys = leaves.map(({ text }) => contentKeys(text).join(' '))
    const terms: { leaf: TextLeaf; typed: readonly TextLeaf[] }[] = []
    for (let from = 0; from < leaves.length; ) {
      let to = Math.min(leaves.length, from + MAX_TERM_WORDS)
      while (to > from + 1 && !usage.terms.has(keys.slice(from, to).join(' '))) to--
      const typed = leaves.slice(from, to)
      const term = typed.length > 1 && usage.terms.get(keys.slice(from, to).join(' '))
      const leaf = typed[0]!
      terms.push({ leaf: term ? { ...leaf, kind: 'phrase', text: phraseText(typed, term) } : leaf, typed })
      from = to
    }
    return terms
  }

  function leafMeaning(leaf: TextLeaf, mayBeName: boolean): Query {
    if (wordKindOf(leaf.field) === 'names') return leaf
    const also = leaf.quoted ? undefined : otherForm(leaf)
    const forms: TextLeaf[] = also === undefined ? [leaf] : [leaf, also]
    const isQuotedWord = leaf.kind === 'word' && leaf.quoted
    if (
      mayBeName &&
      !isQuotedWord &&
      leaf.field === 'any' &&
      usage.shareWithAll(contentKeys(leaf.text)) <= COMMON
    )
      forms.push({ ...leaf, field: 'author' }, { ...leaf, field: 'org' })
    return forms.length > 1 ? { kind: 'or', parts: forms, also: true } : leaf
  }

  function longFormOf({ text }: TextLeaf): string | undefined {
    const { longForms } = usage.acronyms
    return longForms.get(text) ?? longForms.get(text.replace(PLURAL, '$1'))
  }

  function otherForm(leaf: TextLeaf): TextLeaf | undefined {
    const long = longFormOf(leaf)
    if (long) return { ...leaf, kind: 'phrase', text: long }
    const short = leaf.kind === 'phrase' ? usage.acronyms.acronyms.get(longFormKey(leaf.text)) : undefined
    return short ? { ...leaf, kind: 'word', text: short } : undefined
  }
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
