import { z } from 'zod'
import { Fault, undefinedIfThrown } from '../core/errors.ts'
import {
  type FetchDayInput,
  type ParsedRecords,
  type SourceRecord,
  type SourceResponse,
  sourceRecord,
} from './source.ts'

/** Puts text on one line, without control characters and lone surrogates, which Postgres rejects. */
const oneLine = (text: string, maxLength: number): string =>
  beginningOf(text, maxLength)
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()

/**
 * The beginning of a text from outside, on one line and without invisible characters, for a log line or a terminal.
 */
export const excerpt = (text: string, maxLength: number): string =>
  oneLine(text.slice(0, maxLength).replace(/\p{Cf}/gu, ' '), maxLength)

/** More than any page of a source has. A response with more entries is not treated as a page. */
export const MAX_ENTRIES = 10_000
const MAX_WHY_LENGTH = 200

/**
 * Reads each entry with `schema`, then checks the shape that all sources share. Keeps the entries that can be read.
 */
export function readEntries(entries: readonly unknown[], schema: z.ZodType<SourceRecord>): ParsedRecords {
  const parsed: ParsedRecords = { records: [], refused: [] }
  const checked = schema.pipe(sourceRecord)
  for (const [index, raw] of entries.entries()) {
    const { data, error } = checked.safeParse(raw)
    if (data) parsed.records.push(data)
    else parsed.refused.push({ index, why: sentenceOf(error) })
  }
  return parsed
}

/**
 * Throws source.unreadable if there are entries and none can be read: the source's format has changed, so the day must
 * not count as one without papers.
 */
export function requireReadable({ source, day }: FetchDayInput, { records, refused }: ParsedRecords): void {
  const [first] = refused
  if (first && records.length === 0)
    throw new Fault('source.unreadable', { source, day, count: refused.length, why: first.why })
}

const sentenceOf = ({ issues }: z.ZodError): string =>
  excerpt(
    issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; '),
    MAX_WHY_LENGTH,
  )

// Each bracket takes twenty times the memory of its text. A page has some thousands, including those inside its
// strings.
const MAX_BRACKETS = 200_000

/** More than any source has. A recursive walk of a much deeper value would overflow the stack. */
const MAX_DEPTH = 100

/** Parses JSON. Undefined if the text is not JSON, has more brackets than any page of a source, or is nested too deeply. */
export function parseBoundedJson(body: string): unknown {
  if (holdsTooMuch(body)) return undefined
  const value: unknown = undefinedIfThrown(() => JSON.parse(body))
  return isTooDeep(value) ? undefined : value
}

/** Goes level by level, so that it needs no stack. */
function isTooDeep(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++)
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  return level.length > 0
}

function holdsTooMuch(body: string): boolean {
  let brackets = 0
  for (let at = 0; at < body.length; at++) if (body[at] === '{' || body[at] === '[') brackets++
  return brackets > MAX_BRACKETS
}

/**
 * Parses a JSON response with `read`. Throws source.refused-date and source.refused by status, and source.not-json if
 * the body is not JSON or `read` returns undefined.
 */
export function readJsonResponse<T>(
  { source, day }: FetchDayInput,
  { status, headers, body }: SourceResponse,
  read: (value: unknown) => T | undefined,
): T {
  const place = { source, day, status }
  if (status === 400) throw new Fault('source.refused-date', place)
  if (status !== 200) throw new Fault('source.refused', place)
  const value = read(parseBoundedJson(body))
  if (value !== undefined) return value
  throw new Fault('source.not-json', { ...place, type: headers.get('content-type') ?? 'no type' })
}

// A page has 30 entries or more, so this is ten times what a day has.
const MAX_PAGES = 100

interface PaginateOptions {
  /** The largest total size of all pages as JSON, in characters. */
  maxBytes: number
  /** Fetches the page that follows `pages` pages and `entries` entries. */
  fetchPage(had: { pages: number; entries: number }): Promise<unknown[]>
}

/**
 * Fetches a list page by page until a page is empty or repeats: a page may have fewer entries than its limit, and a
 * server without pages returns the same page again. At most MAX_PAGES pages, else it is truncated. Throws
 * source.too-large.
 */
export async function paginate(
  { source, day, warn }: FetchDayInput,
  { maxBytes, fetchPage }: PaginateOptions,
) {
  const entries: unknown[] = []
  const seen = new Set<string>()
  let size = 0
  while (seen.size < MAX_PAGES) {
    const page = await fetchPage({ pages: seen.size, entries: entries.length })
    const text = JSON.stringify(page)
    if (page.length === 0 || seen.has(text)) return { entries, isTruncated: false }
    seen.add(text)
    size += text.length
    if (size > maxBytes) throw new Fault('source.too-large', { source, day, status: 200, most: maxBytes })
    entries.push(...page)
  }
  warn(`it has more than ${MAX_PAGES} pages: the others are left out`)
  return { entries, isTruncated: true }
}

/** Sources drift: a field that is null or unreadable counts as absent, and the paper is kept. */
export const lenient = <T extends z.ZodType>(schema: T) =>
  schema
    .nullish()
    .transform((value) => value ?? undefined)
    .catch(() => undefined)

// Ten times arXiv's limit. Each run reads the papers of two weeks into memory.
const MAX_ABSTRACT_LENGTH = 20_000
const MAX_TEXT_LENGTH = 2_000
// Twice the longest list of authors.
const MAX_LIST_LENGTH = 10_000

function beginningOf(text: string, maxLength: number): string {
  const beginning = text.slice(0, maxLength)
  return beginning.length < text.length ? beginning.replace(/[\ud800-\udbff]$/, '') : text
}

const textUpTo = (maxLength: number) =>
  lenient(z.string().transform((value) => oneLine(value, maxLength) || undefined))

export const textField = textUpTo(MAX_TEXT_LENGTH)
export const abstractField = textUpTo(MAX_ABSTRACT_LENGTH)

const MAX_COUNT = 2_147_483_647
export const countField = lenient(z.number().int().min(0).max(MAX_COUNT))

/** A list without the items that cannot be read. */
export const listField = <T extends z.ZodType>(item: T) =>
  lenient(
    z
      .array(z.unknown())
      .transform((items) => items.slice(0, MAX_LIST_LENGTH))
      .pipe(z.array(lenient(item)))
      .transform((items) => items.filter((value) => value !== undefined)),
  )

export const distinct = (items: readonly string[] = []): string[] => [...new Set(items)]

export const httpsUrlField = lenient(
  z
    .string()
    .trim()
    .max(MAX_TEXT_LENGTH)
    .refine((value) => value === oneLine(value, MAX_TEXT_LENGTH))
    .refine((value) => URL.canParse(value) && new URL(value).protocol === 'https:'),
)

const EARLIEST = Date.UTC(1900, 0)
const LATEST = Date.UTC(2200, 0)

/** An instant. A date without a time counts as midnight UTC. */
export const instantField = lenient(
  z
    .string()
    .transform((value) => new Date(value))
    .refine((value) => value.getTime() > EARLIEST && value.getTime() < LATEST),
)
