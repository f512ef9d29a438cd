import { decodeHTMLStrict } from 'entities'
import { z } from 'zod'
import { parseIdentifier } from '../identifier.ts'
import {
  abstractField,
  distinct,
  instantField,
  lenient,
  listField,
  readEntries,
  textField,
} from '../read-entries.ts'
import { type Identifier, MAX_VERSION, type ParsedRecords, type SourceRecord } from '../source.ts'

// Only known tag names, since "p < 0.05 and n > 3" is text.
const tags = (names: string): RegExp =>
  new RegExp(String.raw`</?(?:jats:)?(?:${names})(?:\s+[\w:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*/?>`, 'gi')
const BREAKS = tags('p|br|div|li|ul|ol|h[1-6]|sec|title|label|list|list-item|disp-formula')
const INLINE = tags('i|b|u|s|em|strong|italic|bold|underline|sc|small|span|a|font|tt|sup|sub|inline-formula')
const SCRIPT = /<(?<where>sup|sub)>(?<inside>[^<>]{1,12})<\/\k<where>>/gi

const PLAIN = '0123456789+-−=()'
const SCRIPTS: Record<string, string[]> = { sup: [...'⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾'], sub: [...'₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎'] }

/** Applies `change` to a field if it is text, then reads the result with `schema`. */
const textAs = <T extends z.ZodType>(change: (text: string) => unknown, schema: T) =>
  z.preprocess((value) => (typeof value === 'string' ? change(value) : value), schema)

// The API returns some numbers as text and others as numbers, and this varies between responses.
const numberUpTo = (max: number) =>
  textAs(
    (digits) => (/^\s*\d+\s*$/.test(digits) ? Number(digits) : undefined),
    lenient(z.number().int().positive().max(max)),
  )

const entry = z.object({
  title: textAs(markupToText, textField),
  abstract: textAs(markupToText, abstractField),
  authors: textAs((names) => markupToText(names).split(';'), listField(textField)),
  author_corresponding_institution: textAs(markupToText, textField),
  doi: textField,
  published: textField,
  date: instantField,
  version: numberUpTo(MAX_VERSION),
  type: textField,
  category: textAs(markupToText, textField),
})

const answer = z.object({
  messages: listField(z.object({ status: textField, total: numberUpTo(1_000_000) })),
  collection: lenient(z.array(z.unknown())),
})

export interface DetailsPage {
  entries: unknown[]
  /** "ok", "no posts found", …; absent if the response has no status. */
  status?: string
  /** The number of entries on all pages, according to the API; not always correct. */
  total?: number
}

/** Reads a page of /details and leaves its entries unparsed; undefined if the body is not such a page. */
export function parseDetailsPage(body: unknown): DetailsPage | undefined {
  const { data } = answer.safeParse(body)
  const [first] = data?.messages ?? []
  if (!data?.collection && !first?.status) return undefined
  return { entries: data?.collection ?? [], status: first?.status, total: first?.total }
}

/**
 * Parses entries of https://api.biorxiv.org/details, each by itself. The DOI of the preprint is a key of the
 * paper, and so is the DOI of the published article. A category of bioRxiv or medRxiv is not an arXiv category, so it counts as a
 * keyword.
 */
export const parseDetails = (entries: readonly unknown[]): ParsedRecords =>
  readEntries(entries, entry.transform(toRecord))

/** The category of an entry as the API writes it, "cell biology"; undefined if it cannot be read. */
export const categoryOf = (raw: unknown): string | undefined => withCategory.safeParse(raw).data?.category

const withCategory = entry.pick({ category: true })

function toRecord(read: z.output<typeof entry>): SourceRecord {
  const isRevised = read.version !== undefined && read.version > 1
  return {
    kind: isRevised ? 'revised' : 'new',
    keys: keysIn(read),
    version: read.version,
    title: read.title ?? '',
    abstract: read.abstract ?? '',
    authors: (read.authors ?? []).map(nameInOrder),
    categories: [],
    keywords: distinct(read.category ? [read.category] : []),
    organization: read.author_corresponding_institution,
    publishedAt: isRevised ? undefined : read.date,
    withdrawnAt: isWithdrawn(read) ? read.date : undefined,
    isRetracted: isWithdrawn(read) || undefined,
  }
}

const keysIn = ({ doi = '', published = '' }: z.output<typeof entry>): Identifier[] => {
  const keys = [doi, published].flatMap((one) => parseIdentifier(one)?.key ?? [])
  return keys.filter(({ value }, place) => keys.findIndex((key) => key.value === value) === place)
}

/** "Smith, J." as "J. Smith", "King, M. L., Jr." as "M. L. King Jr."; a name without a comma is unchanged. */
function nameInOrder(name: string): string {
  const [family, given, ...rest] = name.split(',').map((part) => part.trim())
  return [given, family, ...rest].filter(Boolean).join(' ')
}

// A withdrawal is a version of its own, with a withdrawal notice in place of the abstract.
const isWithdrawn = ({ type = '', title = '' }: z.output<typeof entry>): boolean =>
  /^withdrawn/i.test(type) || /^WITHDRAWN\b/.test(title)

/**
 * Removes HTML and JATS tags and decodes entities: "<i>E. coli</i> &amp; Ca<sup>2+</sup>" becomes "E. coli & Ca²⁺".
 * Also reads markup that was escaped twice. Never throws.
 */
export function markupToText(text: string): string {
  const marked = decodeHTMLStrict(text)
  return decodeHTMLStrict(marked.replace(SCRIPT, scriptOf).replace(BREAKS, ' ').replace(INLINE, ''))
}

// Raised or lowered words become plain text.
function scriptOf(_whole: string, where: string, inside: string): string {
  const signs = SCRIPTS[where.toLowerCase()]!
  const places = [...inside].map((sign) => PLAIN.indexOf(sign))
  return places.includes(-1) ? inside : places.map((place) => signs[place]).join('')
}
