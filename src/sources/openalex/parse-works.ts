import { z } from 'zod'
import { markupToText } from '../biorxiv/parse-details.ts'
import { parseIdentifier } from '../identifier.ts'
import { abstractField, instantField, lenient, listField, readEntries, textField } from '../read-entries.ts'
import { type Identifier, identifierText, type ParsedRecords, type SourceRecord } from '../source.ts'

/** The parts of a work that are read, for `select`: a whole work is several times as long. */
export const WORK_FIELDS = [
  'id',
  'doi',
  'title',
  'publication_date',
  'type',
  'is_retracted',
  'is_paratext',
  'authorships',
  'primary_location',
  'locations',
  'primary_topic',
  'abstract_inverted_index',
] as const

const text = z.preprocess((value) => (typeof value === 'string' ? markupToText(value) : value), textField)
const named = lenient(z.object({ display_name: text }))

const location = z.object({
  landing_page_url: textField,
  pdf_url: textField,
  source: lenient(z.object({ display_name: text, type: textField })),
})

const work = z.object({
  doi: textField,
  title: text,
  publication_date: instantField,
  type: textField,
  is_retracted: lenient(z.boolean()),
  is_paratext: lenient(z.boolean()),
  authorships: listField(z.object({ author: named, raw_author_name: text })),
  primary_location: lenient(location),
  locations: listField(location),
  primary_topic: named,
  abstract_inverted_index: z.preprocess(abstractOf, abstractField),
})

type Work = z.output<typeof work>

/**
 * What is in a journal or a repository besides papers, by https://api.openalex.org/work-types. A new type counts as a
 * paper.
 */
const NO_PAPERS = [
  'paratext',
  'peer-review',
  'erratum',
  'retraction',
  'dataset',
  'grant',
  'libguides',
  'reference-entry',
  'supplementary-materials',
  'database',
  'software',
]

/** The types that are papers, unless the filter itself names types; never a work that was retracted. */
const isPaper = ({ type = '', is_paratext, is_retracted }: Work, anyType: boolean): boolean =>
  !is_retracted && (anyType || !(is_paratext || NO_PAPERS.includes(type)))

/**
 * Parses works of https://api.openalex.org/works, each by itself, and leaves out what is not a paper. The DOI of a work
 * and the identifiers of its locations are keys, so that an article is the same paper as its preprint. Its topic is a
 * keyword. The keywords of OpenAlex are not read: for a paper about prices it has "Inflation (cosmology)".
 */
export function parseWorks(entries: readonly unknown[], { anyType }: { anyType: boolean }): ParsedRecords {
  const papers = entries.filter((entry) => {
    const { data } = work.safeParse(entry)
    return !data || isPaper(data, anyType)
  })
  return readEntries(papers, work.transform(toRecord))
}

function toRecord(read: Work): SourceRecord {
  const topic = read.primary_topic?.display_name
  return {
    keys: keysIn(read),
    title: read.title ?? '',
    abstract: read.abstract_inverted_index ?? '',
    authors: (read.authorships ?? []).flatMap((one) => one.author?.display_name ?? one.raw_author_name ?? []),
    categories: [],
    keywords: topic ? [topic] : [],
    organization: venueOf(read),
    publishedAt: read.publication_date,
  }
}

/** The journal or conference; undefined for a repository, which may have any paper. */
function venueOf({ primary_location }: Work): string | undefined {
  const { display_name, type } = primary_location?.source ?? {}
  return type === 'repository' ? undefined : display_name
}

const MAX_KEYS = 10

function keysIn({ doi = '', primary_location, locations = [] }: Work): Identifier[] {
  const addresses = [primary_location, ...locations].flatMap((one) => [one?.landing_page_url, one?.pdf_url])
  const keys = [doi, ...addresses].flatMap((one) => parseIdentifier(one ?? '')?.key ?? [])
  return [...new Map(keys.map((key) => [identifierText(key), key])).values()].slice(0, MAX_KEYS)
}

// More words than any abstract has; a position beyond them is not read.
const MAX_WORDS = 10_000

/** The text of an index such as {"Prices": [0, 2], "and": [1]}; undefined if it is not one. Never throws. */
export function abstractOf(index: unknown): string | undefined {
  if (typeof index !== 'object' || index === null || Array.isArray(index)) return undefined
  const words: string[] = []
  for (const [word, positions] of Object.entries(index))
    for (const position of Array.isArray(positions) ? positions : [])
      if (Number.isInteger(position) && position >= 0 && position < MAX_WORDS) words[position] = word
  // A gap is left out: the array has holes there.
  const whole = words.filter(Boolean).join(' ')
  return whole ? markupToText(whole).replace(/^\s*Abstract[:.]?\s+(?=\p{Lu})/u, '') : undefined
}
