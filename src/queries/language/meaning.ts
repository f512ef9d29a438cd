import type { ErrorCode } from '../../core/error-table.ts'
import type { FaultValues } from '../../core/errors.ts'
import { words } from '../../i18n/words.ts'
import type { Query, TextField } from '../query.ts'
import { isStopWord } from '../text/stop-words.ts'
import { kindOf, tokensOf } from '../text/tokens.ts'
import { asideIn } from './aside.ts'
import { askedFor } from './asked-for.ts'
import { isWrittenCategory, readCategory } from './category.ts'
import { isForeign } from './english.ts'
import { exclusionIn } from './exclusion.ts'
import { joined } from './joined.ts'
import { readPaperName } from './paper-name.ts'
import { isSentence, readSentence } from './sentence.ts'
import { shortened } from './shortened.ts'

/** What the grammar makes of a text. `at` counts UTF-16 units from 0. */
export type Written =
  | { kind: 'and' | 'or'; parts: Written[] }
  | { kind: 'not'; at: number; part: Written }
  | { kind: 'field'; at: number; name: string; part: Written | null }
  | { kind: 'votes'; at: number; sign: string; count: string }
  | { kind: 'words'; at: number; text: string }
  | { kind: 'paper'; at: number; text: string }
  | { kind: 'address'; at: number; text: string }
  /** `text` is what stands between them, and `at` its place. */
  | { kind: 'brackets'; at: number; text: string; part: Written }
  | { kind: 'dates' }

type Field = TextField | 'cat' | 'has' | 'is' | 'paper'
/** What the grammar makes of a part of the text, which stands at a place of it; null for a blank one. */
type ReadPart = (part: string, at: number) => Written | null
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
  // arXiv's own names
  ['id', 'paper'],
  ['ti', 'title'],
  ['abs', 'abstract'],
  ['au', 'author'],
  ['all', 'any'],
])

const TEXT_FIELDS = new Set<Field>(['any', 'title', 'abstract', 'keyword'])

/** Fields of arXiv for what is not kept here. */
const { co, jr, rn } = words.query.unkept
const UNKEPT = new Map(Object.entries({ co, jr, rn }))

/** What a query means, as it was typed. Made for one query. */
export class Meaning {
  readonly #fault: ThrowFault
  readonly #nots = new Map<Query, number>()
  readonly #read: ReadPart
  #sawWords = false
  #sawFiller = false

  constructor(fault: ThrowFault, read: ReadPart) {
    this.#fault = fault
    this.#read = read
  }

  of(text: string): Query {
    const query = this.#typed('any', text, 0)
    if (!query) return this.#fault(this.#emptiness(), 0)
    const bare = bareNot(query)
    if (bare) this.#fault('query.only-not', this.#nots.get(bare) ?? 0)
    return query
  }

  #emptiness(): ErrorCode {
    if (this.#sawFiller) return 'query.only-filler'
    return this.#sawWords ? 'query.only-stop-words' : 'query.empty'
  }

  /** The meaning of a text that is typed alone or in brackets; `written` is what the grammar makes of it. */
  #typed(field: Field, text: string, at: number, written?: Written): Query | null {
    const prose = TEXT_FIELDS.has(field) ? this.#prose(field as TextField, text, at) : undefined
    if (prose !== undefined) return prose
    const asked = TEXT_FIELDS.has(field) ? askedFor(text) : text
    this.#sawFiller ||= asked.trim() === '' && text.trim() !== ''
    const read = written && asked === text ? written : this.#read(asked, at)
    return read && this.#under(field, read)
  }

  /** Of a text that says it in prose; undefined for any other. */
  #prose(field: TextField, text: string, at: number): Query | null | undefined {
    const exclusion = exclusionIn(text)
    if (exclusion) {
      const unwanted = exclusion.unwanted.map((one) => this.#typed(field, one.text, at + one.at))
      const not = this.#not(at + exclusion.at, joinedOf('or', unwanted))
      return joinedOf('and', [this.#typed(field, exclusion.wanted, at), not])
    }
    const more = asideIn(text)
    if (more && !isSentence(more.wanted))
      return this.#typed(field, more.wanted, at) ?? this.#typed(field, more.aside, at + more.at)
    return readSentence(text, field) ?? undefined
  }

  /** The meaning of a part to which a field applies; null where nothing is left of it. */
  #under(field: Field, written: Written): Query | null {
    switch (written.kind) {
      case 'and':
      case 'or':
        return joinedOf(
          written.kind,
          written.parts.map((part) => this.#under(field, part)),
        )
      case 'not':
        return this.#not(written.at, this.#under(field, written.part))
      case 'field':
        return this.#field(written)
      case 'votes':
        return this.#votes(written)
      case 'words':
        return this.#words(written, field)
      case 'paper':
        return this.#paper(written)
      case 'address':
        return this.#fault('query.address', written.at, { value: shortened(written.text) })
      case 'dates':
        return null
      case 'brackets':
        return this.#typed(field, written.text, written.at, written.part)
    }
  }

  #not(at: number, part: Query | null): Query | null {
    if (!part) return null
    if (part.kind === 'not') return part.part
    const not: Query = { kind: 'not', part }
    this.#nots.set(not, at)
    return not
  }

  #field({ at, name, part }: Written & { kind: 'field' }): Query | null {
    const field = FIELDS.get(name.toLowerCase())
    const unkept = UNKEPT.get(name.toLowerCase())
    if (unkept) return this.#fault('query.unkept-field', at, { field: name, what: unkept })
    if (!field) return this.#fault('query.unknown-field', at, { field: name })
    if (!part) return this.#fault('query.word-missing', at, { where: `after ${name}:` })
    return this.#under(field, part)
  }

  #votes({ at, sign, count }: Written & { kind: 'votes' }): Query {
    if (!/^(>=|≥|>)$/.test(sign) || !/^\d{1,6}$/.test(count))
      return this.#fault('query.votes', at, { value: `${sign}${count}` })
    return { kind: 'votes', least: Number(count) + (sign === '>' ? 1 : 0) }
  }

  #words({ at, text }: Written & { kind: 'words' }, field: Field): Query | null {
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
    if (field === 'any' && isWrittenCategory(bare)) return { kind: 'category', value: bare }
    if (field === 'paper' || (field === 'any' && readPaperName(text))) return this.#paper({ at, text })
    return this.#text({ at, text: withoutBoost(text) }, field)
  }

  /** One of several is enough: cat:cs.LG,cs.CL. */
  #categories(at: number, text: string): Query {
    const names = text
      .replace(/[\^~]\d+(\.\d+)?$/, '')
      .split(/[,;]/)
      .filter(Boolean)
    const values = names.map((name) => readCategory(name))
    if (values.length === 0 || values.includes(undefined))
      return this.#fault('query.category', at, { value: text })
    return joined(
      'or',
      values.map((value) => ({ kind: 'category', value: value! })),
    )
  }

  #paper({ at, text }: { at: number; text: string }): Query {
    const name = readPaperName(text)
    if (!name) return this.#fault('query.paper', at, { value: shortened(text) })
    return { kind: 'paper', name }
  }

  #text({ at, text }: { at: number; text: string }, field: TextField): Query | null {
    const kind = kindOf(field)
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

/** Without arXiv's boosts: matrix^5. What is short may be math: G^2. */
const withoutBoost = (text: string): string => text.replace(/(?<=\p{L}{3})[\^~]\d+(\.\d+)?$/u, '')

function joinedOf(kind: 'and' | 'or', parts: (Query | null)[]): Query | null {
  const left = parts.filter((part) => part !== null)
  return left.length > 0 ? joined(kind, left) : null
}

/** A NOT because of which a paper could match without any word of the query in it. */
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
