import type { ErrorCode } from '../../core/error-table.ts'
import type { FaultValues } from '../../core/errors.ts'
import { words } from '../../i18n/words.ts'
import { flatten, isTextLeaf, type Query, type TextField, type TextLeaf } from '../query.ts'
import { isStopWord, tokensOf, wordKindOf } from '../text/tokens.ts'
import { truncate } from '../text/truncate.ts'
import { findExclusion, splitEspeciallyClause } from './clauses.ts'
import { isExactCategory, parseCategory, readPaperName } from './paper-name.ts'
import { isSentence, parseSentence } from './sentence.ts'
import { isForeign, stripFiller } from './sentence-words.ts'

/** A node of the grammar's output. `at` counts UTF-16 units from 0. `isAfterAnd`: an AND is before it. */
export type ParseNode = { isAfterAnd?: true } & (
  | { kind: 'and' | 'or'; parts: ParseNode[] }
  | { kind: 'not'; at: number; part: ParseNode }
  | { kind: 'field'; at: number; name: string; part: ParseNode | null }
  | { kind: 'votes'; at: number; sign: string; count: string }
  | { kind: 'words'; at: number; text: string; isQuoted?: true }
  | { kind: 'paper'; at: number; text: string }
  | { kind: 'address'; at: number; text: string }
  /** `text` is the content of the brackets, and `at` its position. */
  | { kind: 'brackets'; at: number; text: string; part: ParseNode }
  | { kind: 'dates' }
)

type Field = TextField | 'cat' | 'has' | 'is' | 'paper'
/** Parses a part of the text that starts at `at`; null for a blank part. */
type ParsePart = (part: string, at: number) => ParseNode | null
export type ThrowFault = (code: ErrorCode, at: number, values?: FaultValues) => never

const FIELDS = new Map<string, Field>([
  ['title', 'title'],
  ['abstract', 'abstract'],
  ['author', 'author'],
  ['keyword', 'keyword'],
  ['org', 'org'],
  ['cat', 'cat'],
  ['has', 'has'],
  ['is', 'is'],
  ['paper', 'paper'],
  ['arxiv', 'paper'],
  ['doi', 'paper'],
  // arXiv's own field names
  ['id', 'paper'],
  ['ti', 'title'],
  ['abs', 'abstract'],
  ['au', 'author'],
  ['all', 'any'],
])

export const isField = (name: string): boolean =>
  FIELDS.has(name.toLowerCase()) || UNSUPPORTED_FIELDS.has(name.toLowerCase())

const TEXT_FIELDS = new Set<Field>(['any', 'title', 'abstract', 'keyword'])

/** arXiv's fields for data that we do not store. */
const { co, jr, rn } = words.query.unkept
const UNSUPPORTED_FIELDS = new Map(Object.entries({ co, jr, rn }))

/** Builds the tree of one query from its text. */
export class AstBuilder {
  readonly #fault: ThrowFault
  readonly #nots = new Map<Query, number>()
  readonly #parse: ParsePart
  #sawWords = false
  #sawFiller = false

  constructor(fault: ThrowFault, read: ParsePart) {
    this.#fault = fault
    this.#parse = read
  }

  build(text: string): Query {
    const query = this.#fromText('any', text, 0)
    if (!query) return this.#fault(this.#emptyCode(), 0)
    const bare = bareNot(query)
    if (bare) this.#fault('query.only-not', this.#nots.get(bare) ?? 0)
    return query
  }

  #emptyCode(): ErrorCode {
    if (this.#sawFiller) return 'query.only-filler'
    return this.#sawWords ? 'query.only-stop-words' : 'query.empty'
  }

  /** The meaning of a whole text, or of a text in brackets. `node` is the grammar's output for it, if known. */
  #fromText(field: Field, text: string, at: number, node?: ParseNode): Query | null {
    const prose = TEXT_FIELDS.has(field) ? this.#prose(field as TextField, text, at) : undefined
    if (prose !== undefined) return prose
    const stripped = TEXT_FIELDS.has(field) ? stripFiller(text) : text
    this.#sawFiller ||= stripped.trim() === '' && text.trim() !== ''
    const read = node && stripped === text ? node : this.#parse(stripped, at)
    return read && this.#fromNode(field, read)
  }

  /** The meaning of a prose text; undefined for any other text. */
  #prose(field: TextField, text: string, at: number): Query | null | undefined {
    const exclusion = findExclusion(text)
    if (exclusion) {
      const unwanted = exclusion.unwanted.map((one) => this.#fromText(field, one.text, at + one.at))
      const not = this.#not(at + exclusion.at, flattenPresent('or', unwanted))
      return flattenPresent('and', [this.#fromText(field, exclusion.wanted, at), not])
    }
    const more = splitEspeciallyClause(text)
    if (more && !isSentence(more.wanted))
      return this.#fromText(field, more.wanted, at) ?? this.#fromText(field, more.aside, at + more.at)
    return parseSentence(text, field) ?? undefined
  }

  /** The meaning of a node to which a field applies; null if nothing is left of it. */
  #fromNode(field: Field, node: ParseNode): Query | null {
    switch (node.kind) {
      case 'and':
        return flattenPresent('and', this.#withTerms(field, node.parts))
      case 'or':
        return flattenPresent(
          'or',
          node.parts.map((part) => this.#fromNode(field, part)),
        )
      case 'not':
        return this.#not(node.at, this.#fromNode(field, node.part))
      case 'field':
        return this.#field(node)
      case 'votes':
        return this.#votes(node)
      case 'words':
        return this.#words(node, field)
      case 'paper':
        return this.#paper(node)
      case 'address':
        return this.#fault('query.address', node.at, { value: truncate(node.text) })
      case 'dates':
        return null
      case 'brackets':
        return this.#fromText(field, node.text, node.at, node.part)
    }
  }

  /** The meanings of the parts of an AND; words in sequence, without an operator between them, become one term. */
  #withTerms(field: Field, nodes: readonly ParseNode[]): (Query | null)[] {
    const parts: (Query | null)[] = []
    let term: TextLeaf[] = []
    const endTerm = () => {
      if (term.length > 0) parts.push(term.length > 1 ? { kind: 'term', parts: term } : term[0]!)
      term = []
    }
    for (const node of nodes) {
      const part = this.#fromNode(field, node)
      const isPlain = node.kind === 'words' && !node.isQuoted
      if (!isPlain || node.isAfterAnd) endTerm()
      if (isPlain && part && isTextLeaf(part) && wordKindOf(part.field) === 'prose') term.push(part)
      else if (part || !isPlain) {
        endTerm()
        parts.push(part)
      }
    }
    endTerm()
    return parts
  }

  #not(at: number, part: Query | null): Query | null {
    if (!part) return null
    if (part.kind === 'not') return part.part
    const not: Query = { kind: 'not', part }
    this.#nots.set(not, at)
    return not
  }

  #field({ at, name, part }: ParseNode & { kind: 'field' }): Query | null {
    const field = FIELDS.get(name.toLowerCase())
    const unsupported = UNSUPPORTED_FIELDS.get(name.toLowerCase())
    if (unsupported) return this.#fault('query.unkept-field', at, { field: name, what: unsupported })
    if (!field) return this.#fault('query.unknown-field', at, { field: name })
    if (!part) return this.#fault('query.word-missing', at, { where: `after ${name}:` })
    return this.#fromNode(field, part)
  }

  #votes({ at, sign, count }: ParseNode & { kind: 'votes' }): Query {
    if (!/^(>=|≥|>)$/.test(sign) || !/^\d{1,6}$/.test(count))
      return this.#fault('query.votes', at, { value: `${sign}${count}` })
    return { kind: 'votes', least: Number(count) + (sign === '>' ? 1 : 0) }
  }

  #words({ at, text, isQuoted }: ParseNode & { kind: 'words' }, field: Field): Query | null {
    if (field === 'cat') return this.#categories(at, text)
    if (field === 'has') {
      return text.toLowerCase() === 'code'
        ? { kind: 'has-code' }
        : this.#fault('query.has', at, { value: text })
    }
    if (field === 'is') {
      return text.toLowerCase() === 'revised'
        ? { kind: 'revised' }
        : this.#fault('query.is', at, { value: text })
    }
    const bare = text.replace(/[.,;]+$/, '')
    if (field === 'any' && isExactCategory(bare)) return { kind: 'category', value: bare }
    if (field === 'paper' || (field === 'any' && readPaperName(text))) return this.#paper({ at, text })
    const leaf = this.#text({ at, text: withoutBoost(text) }, field)
    return leaf && isQuoted && wordKindOf(leaf.field) === 'prose' ? { ...leaf, quoted: true } : leaf
  }

  /** One of several categories is enough: cat:cs.LG,cs.CL. */
  #categories(at: number, text: string): Query {
    const names = text
      .replace(/[\^~]\d+(\.\d+)?$/, '')
      .split(/[,;]/)
      .filter(Boolean)
    const values = names.map((name) => parseCategory(name))
    if (values.length === 0 || values.includes(undefined))
      return this.#fault('query.category', at, { value: text })
    return flatten(
      'or',
      values.map((value) => ({ kind: 'category', value: value! })),
    )
  }

  #paper({ at, text }: { at: number; text: string }): Query {
    const name = readPaperName(text)
    if (!name) return this.#fault('query.paper', at, { value: truncate(text) })
    return { kind: 'paper', name }
  }

  #text({ at, text }: { at: number; text: string }, field: TextField): TextLeaf | null {
    const kind = wordKindOf(field)
    if (kind === 'prose' && isForeign(text)) return this.#fault('query.not-english', at)
    const tokens = tokensOf(text, kind)
    this.#sawWords ||= tokens.length > 0
    if (tokens.length === 0 || (kind === 'prose' && tokens.every(({ folded }) => isStopWord(folded))))
      return null
    const inner = text
      .slice(tokens[0]?.start, tokens.at(-1)?.end)
      .replace(kind === 'names' ? /[ _]+/g : / +|(?<=\p{L}{2})\+(?=\p{L})/gu, ' ')
    return { kind: tokens.length > 1 ? 'phrase' : 'word', field, text: inner }
  }
}

/** Removes arXiv's boosts: matrix^5. A short text may be math: G^2. */
const withoutBoost = (text: string): string => text.replace(/(?<=\p{L}{3})[\^~]\d+(\.\d+)?$/u, '')

function flattenPresent(kind: 'and' | 'or', parts: (Query | null)[]): Query | null {
  const left = parts.filter((part) => part !== null)
  return left.length > 0 ? flatten(kind, left) : null
}

/** A NOT that would let a paper match without containing any word of the query. */
function bareNot(query: Query): Query | undefined {
  switch (query.kind) {
    case 'not':
      return query
    case 'or':
      return query.parts.map(bareNot).find(Boolean)
    case 'and': {
      const bare = query.parts.map(bareNot)
      return bare.every(Boolean) ? bare[0] : undefined
    }
    default:
      return undefined
  }
}
