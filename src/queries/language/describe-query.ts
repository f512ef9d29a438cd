import { fill, listed, words } from '../../i18n/words.ts'
import { isTextLeaf, type Leaf, type Query } from '../query.ts'

/** The query in plain words: "Papers with the phrase “linear attention” and (vision or LLM), but not survey". */
export const describeQuery = (query: Query): string =>
  query.kind === 'paper'
    ? fill(words.query.onePaper, { name: shownName(query.name) })
    : fill(words.query.papersWith, { what: describePart(query) })

/** A part of a query, in words that follow "with": "the author Albert Gu". */
export const describePart = (query: Query): string => described(query).text

interface Described {
  text: string
  /** The number of different parts. More than one need brackets inside another part. */
  count: number
}

/** Describes each part of the tree once, so the time depends on the size of the tree, not on its depth. */
function described(query: Query): Described {
  switch (query.kind) {
    case 'and':
    case 'term':
      return describeAll(query.parts)
    case 'or':
      return query.also ? describeForms(query.parts) : joinedTexts(each(query.parts), 'or')
    case 'some':
      return describeSome(query)
    case 'not':
      return { text: fill(words.query.not, { what: inBrackets(query.part) }), count: 1 }
    default:
      return { text: describeLeaf(query), count: 1 }
  }
}

const joinedTexts = (texts: string[], last: 'and' | 'or'): Described => ({
  text: listed(texts, last),
  count: texts.length,
})

function describeAll(typed: Query[]): Described {
  // The words of a term are parts like others.
  const parts = typed.flatMap((part) => (part.kind === 'term' ? part.parts : [part]))
  const wanted = each(parts.filter(({ kind }) => kind !== 'not'))
  const unwanted = each(parts.flatMap((part) => (part.kind === 'not' ? [part.part] : [])))
  const count = wanted.length + unwanted.length
  if (wanted.length === 0) {
    const what = unwanted.reduce((one, other) => fill(words.query.nor, { one, other }))
    return { text: fill(words.query.neither, { what }), count }
  }
  const all = listed(wanted, 'and')
  if (unwanted.length === 0) return { text: all, count }
  return { text: fill(words.query.butNot, { wanted: all, unwanted: listed(unwanted, 'or') }), count }
}

/** A term as typed, with its other forms except names: "LLM (also large language model)". */
function describeForms([typed, ...others]: Query[]): Described {
  const forms = others.filter(isTextLeaf).filter(({ field }) => field !== 'author' && field !== 'org')
  const { text, count } = described(typed!)
  const also = forms.map((form) => form.text).join(', ')
  return { text: also ? fill(words.query.also, { text, also }) : text, count }
}

function describeSome({ least, parts }: Extract<Query, { kind: 'some' }>): Described {
  if (least >= parts.length) return describeAll(parts)
  const texts = each(parts, inList)
  const what = texts.join(', ')
  // A term counts as often as it has words.
  const text =
    texts.length < parts.length
      ? fill(words.query.enough, { what })
      : fill(words.query.some, { count: least, what })
  return { text, count: texts.length }
}

/** In a list of terms: “neural networks”, not "the phrase “neural networks”". */
const inList = (part: Query): string =>
  part.kind === 'phrase' && part.field === 'any'
    ? fill(words.query.quoted, { text: part.text })
    : inBrackets(part)

/** Describes each part once, even if the query repeats a word. */
function each(parts: readonly Query[], describe = inBrackets): string[] {
  const texts = new Map<string, string>()
  for (const text of parts.map(describe)) {
    const folded = text.toLowerCase()
    if (!texts.has(folded)) texts.set(folded, text)
  }
  return [...texts.values()]
}

function inBrackets(query: Query): string {
  const { text, count } = described(query)
  return count > 1 ? fill(words.query.brackets, { what: text }) : text
}

function describeLeaf(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'word':
      return fill(words.query.fields[leaf.field], { what: leaf.text })
    case 'phrase':
      return fill(words.query.fields[leaf.field], { what: describePhrase(leaf) })
    case 'category':
      return fill(leaf.value.includes('.') ? words.query.category : words.query.archive, {
        value: leaf.value,
      })
    case 'has-code':
      return words.query.code
    case 'revised':
      return words.query.revised
    case 'votes':
      return fill(words.query.votes, { count: leaf.least })
    case 'paper':
      return fill(words.query.paper, { name: shownName(leaf.name) })
  }
}

/** A paper's name in paths as people write it: "arXiv:2507.06457", "doi:10.1000/1". */
export const shownName = (name: string): string => (/^(doi|id):/.test(name) ? name : `arXiv:${name}`)

const describePhrase = ({ field, text }: { field: string; text: string }): string =>
  ['any', 'title', 'abstract'].includes(field) ? fill(words.query.phrase, { text }) : text
