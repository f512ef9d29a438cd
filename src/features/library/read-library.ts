import { z } from 'zod'
import { plainText } from '../../papers/text/plain-text.ts'
import { checkDeadline } from '../../queries/deadline.ts'
import { readPaperName } from '../../queries/language/paper-name.ts'
import { readAuthors } from './author-names.ts'
import {
  type BadEntry,
  LINES_PER_CHECK,
  linesOf,
  MAX_ENTRY_LENGTH,
  MAX_IDS,
  MAX_KEYWORDS,
  MAX_WITH_ABSTRACTS,
  RawEntries,
  type RawEntry,
  splitKeywords,
} from './library-entry.ts'
import { isBibtex, readBibtex } from './read-bibtex.ts'
import { readReferences } from './read-references.ts'

/** A paper of a library, in plain text. */
export interface LibraryEntry {
  line: number
  /** Empty if there is none, as are the abstract, the keywords and the authors. */
  title: string
  abstract: string
  keywords: string[]
  /** As a text names them: "Yann LeCun". */
  authors: string[]
  /** As in paths: "2507.06457", "doi:10.1000/1"; undefined without an identifier. */
  name: string | undefined
}

export interface Library {
  entries: LibraryEntry[]
  /** In the order of their lines. */
  bad: BadEntry[]
  /** How many entries there are, including those beyond MAX_LIBRARY_ENTRIES. */
  count: number
  /** How many of them were reached: fewer than MAX_LIBRARY_ENTRIES only if there are no more, or the time ran out. */
  reached: number
}

export const emptyLibrary = (): Library => ({ entries: [], bad: [], count: 0, reached: 0 })

/**
 * Reads a library: BibTeX, RIS, CSL-JSON, or a list of identifiers, references or titles. Skips entries that cannot be
 * read. If the time runs out, `library` has what was read so far.
 */
export function readLibrary(text: string, library = emptyLibrary()): Library {
  const { read, count } = rawEntriesOf(text.replace(/^\ufeff/, ''))
  library.count = count
  for (const raw of read) {
    checkDeadline()
    const entry = 'reason' in raw ? raw : entryOf(count > MAX_WITH_ABSTRACTS ? { ...raw, abstract: '' } : raw)
    if ('reason' in entry) library.bad.push(entry)
    else if (entry.title === '' && entry.name === undefined)
      library.bad.push({ line: raw.line, reason: 'nothing' })
    else library.entries.push(entry)
    library.reached++
  }
  return library
}

function rawEntriesOf(text: string): RawEntries {
  if (isJsonText(text)) return readCslJson(text)
  if (isBibtex(text)) return readBibtex(text)
  return RIS_BEGINS.test(text) ? readRis(text) : readReferences(text)
}

/** In UTF-16 units. Longer texts are no titles or abstracts; each word of a title is compared with the archive. */
const MAX_LENGTH = { title: 300, abstract: 3000, keyword: 100, id: 2000 }
const MAX_NAMES_IN_TEXT = 10

const entryOf = ({
  line,
  title = '',
  abstract = '',
  keywords = [],
  authors = [],
  ids,
}: RawEntry): LibraryEntry => ({
  line,
  title: isReadable(title) ? plainText(title.slice(0, MAX_LENGTH.title)) : '',
  abstract: plainText(abstract.slice(0, MAX_LENGTH.abstract)),
  keywords: keywords
    .slice(0, MAX_KEYWORDS)
    .map((one) => plainText(one.slice(0, MAX_LENGTH.keyword)))
    .filter(Boolean),
  authors: readAuthors(authors),
  name: ids
    .slice(0, MAX_IDS)
    .flatMap((text) => [text, ...namesIn(text.slice(0, MAX_LENGTH.id))])
    .map(readPaperName)
    .find(Boolean),
})

/** Whether a text has letters, and is not part of a binary file. */
const isReadable = (text: string): boolean => /\p{L}/u.test(text) && !/(?!\s)\p{Cc}|\ufffd/u.test(text)

const namesIn = (text: string): string[] => (text.match(NAME_IN_TEXT) ?? []).slice(0, MAX_NAMES_IN_TEXT)

const NAME_IN_TEXT =
  /\bhttps?:\/\/[^\s,;<>"}\]]{1,400}|\b10\.\d{4,9}\/[^\s,;<>"}\]]{1,200}|\barxiv:\s{0,2}[a-z./-]{0,20}\d[\d.]{3,12}(?:v\d{1,2})?/gi

/** "[1] A. Gu" and "[{…}] …" are lists of references too. */
export const isJsonText = (text: string): boolean => /^(?:\[\s*\{\s*"|\[\s*\]|\{\s*")/.test(text.trimStart())

const text = z.string().optional().catch(undefined)
const id = z.union([z.string(), z.number()]).transform(String).optional().catch(undefined)
const cslName = z.object({
  family: text,
  given: text,
  literal: text,
  suffix: text,
  'non-dropping-particle': text,
})
const cslItem = z.object({
  title: text,
  abstract: text,
  keyword: text,
  author: z.array(cslName.catch({})).catch([]),
  DOI: id,
  URL: id,
  number: id,
  note: id,
  id,
})

/**
 * Reads a list, one item, or the export of a program with the list in `items`. Each item is parsed by itself, because
 * one broken item would spoil the others, and the deadline could not be checked while a whole file is parsed.
 */
function readCslJson(json: string): RawEntries {
  const entries = new RawEntries()
  const isOne = !LIST_BEGINS.test(json)
  let from = isOne ? 0 : LIST_BEGINS.exec(json)![0].length
  let depth = 0
  let inString = false
  const add = (to: number) => {
    if (entries.count > 0 || /\S/.test(json.slice(from, to)))
      entries.add(entries.isFull ? NO_ENTRY : readItem(json.slice(from, to), entries.count + 1))
    from = to + 1
  }
  for (let at = from; at < json.length && depth >= 0; at++) {
    const char = json[at]!
    if (at % SIGNS_PER_CHECK === 0) checkDeadline()
    if (inString) {
      if (char === '\\') at++
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') {
      if (--depth < 0) add(at)
    } else if (char === ',' && depth === 0) {
      add(at)
      if (!entries.isFull) checkDeadline()
    }
  }
  if (depth > 0 || (depth === 0 && !isOne)) entries.add({ line: entries.count + 1, reason: 'json' })
  else if (isOne) add(json.length)
  return entries
}

const LIST_BEGINS = /^\s*(?:\{.*?"items"\s*:\s*)?\[/s
const SIGNS_PER_CHECK = 100_000
const NO_ENTRY: RawEntry = { line: 0, ids: [] }

function readItem(json: string, line: number): RawEntry | BadEntry {
  const { data } = cslItem.safeParse(parseOrNull(json.slice(0, MAX_ENTRY_LENGTH)))
  if (!data) return { line, reason: 'syntax' }
  const { title, abstract, keyword, author, ...ids } = data
  const given = Object.values(ids).filter((one) => one !== undefined)
  const authors = author.map(cslNameText)
  return { line, title, abstract, keywords: splitKeywords(keyword), authors, ids: given }
}

/** "Laurens van der Maaten" */
const cslNameText = ({ literal, given, family, suffix, ...others }: z.output<typeof cslName>): string =>
  literal ?? [given, others['non-dropping-particle'], family, suffix].filter(Boolean).join(' ')

function parseOrNull(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}

const RIS_BEGINS = /^TY {1,2}- /m
const RIS_FIELD = /^([A-Z][A-Z0-9]) {1,2}-(?: (.*))?$/
const IDS_OF_RIS = ['DO', 'UR', 'L1', 'L2', 'M1', 'ID', 'AN', 'N1']

const MAX_VALUES = 2 * MAX_KEYWORDS
const MAX_RIS_LENGTH = 2 * MAX_LENGTH.abstract

function readRis(ris: string): RawEntries {
  const records = new RawEntries<BadEntry | { line: number; fields: Map<string, string[]> }>()
  let fields: Map<string, string[]> | null = null
  let values: string[] = []
  for (const [line, content] of linesOf(ris)) {
    if (line % LINES_PER_CHECK === 0) checkDeadline()
    const [, name, value = ''] = RIS_FIELD.exec(content) ?? []
    if (name === 'TY') {
      fields = records.add({ line, fields: new Map<string, string[]>() }).fields
      values = []
    } else if (name === 'ER') fields = null
    else if (name && fields) {
      values = fields.get(name) ?? []
      if (values.length < MAX_VALUES) values.push(value.trim())
      fields.set(name, values)
    } else if (fields && values.length > 0) {
      const last = values.pop()!
      values.push(last.length < MAX_RIS_LENGTH ? `${last} ${content.trim()}` : last)
    } else if (content.trim()) records.add({ line, reason: 'syntax' })
  }
  const entries = new RawEntries()
  for (const record of records.read) entries.add('reason' in record ? record : risEntry(record))
  entries.count = records.count
  return entries
}

function risEntry({ line, fields }: { line: number; fields: Map<string, string[]> }): RawEntry {
  const of = (...names: string[]) => names.flatMap((name) => fields.get(name) ?? [])
  const [[title], [abstract]] = [of('TI', 'T1'), of('AB', 'N2')]
  return { line, title, abstract, keywords: of('KW'), authors: of('AU', 'A1'), ids: of(...IDS_OF_RIS) }
}
