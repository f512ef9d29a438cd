import { z } from 'zod'
import { plainText } from '../../papers/text/plain-text.ts'
import { readPaperName } from '../../queries/language/paper-name.ts'
import type { Steps } from '../../queries/steps.ts'
import { type BadEntry, MAX_ENTRIES, type RawEntry } from './library-entry.ts'
import { readBibtex } from './read-bibtex.ts'
import { readReferences } from './read-references.ts'

/** A paper of a library, in plain text. */
export interface LibraryEntry {
  line: number
  /** Empty if there is none, as are the abstract and the keywords. */
  title: string
  abstract: string
  keywords: string[]
  /** As in paths: "2507.06457", "doi:10.1000/1"; undefined without an identifier. */
  name: string | undefined
}

export interface Library {
  entries: LibraryEntry[]
  /** In the order of their lines. */
  bad: BadEntry[]
  /** How many entries there are, including those beyond MAX_ENTRIES. */
  count: number
}

/**
 * Reads a library: BibTeX, RIS, CSL-JSON, or a list of identifiers, references or titles. Skips entries that cannot be
 * read.
 */
export function* readLibrary(text: string): Steps<Library> {
  const found = yield* rawEntriesOf(text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n'))
  const entries: LibraryEntry[] = []
  const bad: BadEntry[] = []
  for (const raw of found.slice(0, MAX_ENTRIES)) {
    const entry = 'reason' in raw ? raw : entryOf(raw)
    if ('reason' in entry) bad.push(entry)
    else if (entry.title === '' && entry.name === undefined) bad.push({ line: raw.line, reason: 'nothing' })
    else entries.push(entry)
    yield
  }
  return { entries, bad, count: found.length }
}

function* rawEntriesOf(text: string): Steps<(RawEntry | BadEntry)[]> {
  if (isJsonText(text)) return readCslJson(text)
  if (/^[^\S\n]*@\s*\w+\s*[{(]/m.test(text)) return yield* readBibtex(text)
  return RIS_BEGINS.test(text) ? readRis(text) : readReferences(text)
}

/** Longer texts are no titles or abstracts. */
const MAX_TEXT_LENGTH = 10_000
const textOf = (text: string): string => plainText(text.slice(0, MAX_TEXT_LENGTH))

const entryOf = ({ line, title = '', abstract = '', keywords = [], ids }: RawEntry): LibraryEntry => ({
  line,
  title: textOf(title),
  abstract: textOf(abstract),
  keywords: keywords.map(textOf).filter(Boolean),
  name: ids
    .flatMap((text) => [text, ...(text.match(NAME_IN_TEXT) ?? [])])
    .map(readPaperName)
    .find(Boolean),
})

const NAME_IN_TEXT =
  /\bhttps?:\/\/[^\s,;<>"}\]]{1,400}|\b10\.\d{4,9}\/[^\s,;<>"}\]]{1,200}|\barxiv:\s{0,2}[a-z./-]{0,20}\d[\d.]{3,12}(?:v\d{1,2})?/gi

/** "[1] A. Gu" and "[{…}] …" are lists of references too. */
export const isJsonText = (text: string): boolean => /^\s*(?:\[\s*\{\s*"|\[\s*\]|\{\s*")/.test(text)

const text = z.string().optional().catch(undefined)
const id = z.union([z.string(), z.number()]).transform(String).optional().catch(undefined)
const cslItem = z.object({
  title: text,
  abstract: text,
  keyword: text,
  DOI: id,
  URL: id,
  number: id,
  note: id,
  id,
})

function readCslJson(json: string): (RawEntry | BadEntry)[] {
  const items = parseItems(json)
  if (!items) return [{ line: 1, reason: 'json' }]
  return items.map((item, i) => {
    const { data } = cslItem.safeParse(item)
    if (!data) return { line: i + 1, reason: 'syntax' }
    const { title, abstract, keyword, ...ids } = data
    const given = Object.values(ids).filter((one) => one !== undefined)
    return { line: i + 1, title, abstract, keywords: keyword?.split(/[,;]/), ids: given }
  })
}

/** A list, one item, or the export of a program with the list in `items`. */
function parseItems(json: string): unknown[] | undefined {
  try {
    const parsed: { items?: unknown } | unknown[] = JSON.parse(json)
    return [(!Array.isArray(parsed) && parsed.items) || parsed].flat()
  } catch {
    return undefined
  }
}

const RIS_BEGINS = /^TY {1,2}- /m
const RIS_FIELD = /^([A-Z][A-Z0-9]) {1,2}-(?: (.*))?$/
const IDS_OF_RIS = ['DO', 'UR', 'L1', 'L2', 'M1', 'ID', 'AN', 'N1']

function readRis(ris: string): (RawEntry | BadEntry)[] {
  const bad: BadEntry[] = []
  const records: { line: number; fields: Map<string, string[]> }[] = []
  let fields: Map<string, string[]> | null = null
  let values: string[] = []
  for (const [i, content] of ris.split('\n').entries()) {
    const [, name, value = ''] = RIS_FIELD.exec(content) ?? []
    if (name === 'TY') {
      fields = new Map()
      records.push({ line: i + 1, fields })
    } else if (name === 'ER') fields = null
    else if (name && fields) {
      values = fields.get(name) ?? []
      values.push(value.trim())
      fields.set(name, values)
    } else if (fields && values.length > 0) values.push(`${values.pop()} ${content.trim()}`)
    else if (content.trim()) bad.push({ line: i + 1, reason: 'syntax' })
  }
  const entries = records.map(({ line, fields }) => {
    const of = (...names: string[]) => names.flatMap((name) => fields.get(name) ?? [])
    const [[title], [abstract]] = [of('TI', 'T1'), of('AB', 'N2')]
    return { line, title, abstract, keywords: of('KW'), ids: of(...IDS_OF_RIS) }
  })
  return [...entries, ...bad].sort((a, b) => a.line - b.line)
}
