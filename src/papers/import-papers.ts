import { z } from 'zod'
import { addDays, type Day, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { errorEntries } from '../core/error-table.ts'
import { errorText, Fault } from '../core/errors.ts'
import { isDailyPapersList, parseDailyPapers } from '../sources/huggingface/parse-daily-papers.ts'
import { parseIdentifier } from '../sources/identifier.ts'
import {
  abstractField,
  countField,
  distinct,
  httpsUrlField,
  instantField,
  listField,
  readEntries,
  textField,
} from '../sources/read-entries.ts'
import type { ParsedRecords, SourceRecord } from '../sources/source.ts'
import { recordImport } from '../sources/source-day.repo.ts'
import { recordListings } from './listing.repo.ts'

export const paperFileErrors = {
  ...errorEntries(400, 2, {
    'import.no-file': 'Cannot read the file "{file}": use the path of a JSON file.',
    'import.not-a-list':
      'Not a list of papers{place}: use the API\'s JSON for a day, or [{"title": …, "summary": …}, …].',
    'import.no-files': 'The folder "{folder}" has no file whose name ends in .json.',
    'import.no-date':
      'The file name has no date such as 2026-11-24: rename the file, or name the day with --date.',
  }),
  ...errorEntries(400, 1, {
    'import.nothing-readable': 'None of the {count} entries can be read. The first: {why}',
  }),
}

interface ImportPapersInput {
  /** The API's JSON for a day, or `[{ title, summary, … }]`. */
  text: string
  /** The day of the listings; today (UTC) by default. */
  day?: Day
  dryRun?: boolean
}

/**
 * Records the papers in a file as listed on a day. Reports the entries that cannot be read, and keeps the others.
 * Throws import.not-a-list, import.nothing-readable if no entry can be read, and source.not-begun for a day that
 * has begun in no time zone, after tomorrow.
 */
export const importPapers = async (deps: Deps, { text, ...options }: ImportPapersInput) =>
  recordPapers(deps, recordsIn(text), options)

// The text and its entries take as much memory as the records, so they end before.
async function recordPapers(
  deps: Deps,
  { source, records, refused }: NamedRecords,
  { day, dryRun }: Omit<ImportPapersInput, 'text'>,
) {
  const now = deps.clock.now()
  const today = dayOf(now)
  if (day && day > addDays(today, 1)) throw new Fault('source.not-begun', { day, today })
  if (refused[0] && records.length === 0)
    throw new Fault(paperFileErrors['import.nothing-readable'], {
      count: refused.length,
      why: refused[0].why,
    })
  const listings = { source, day: day ?? today, records, now, dryRun }
  const recorded = await recordListings(deps.db, listings, (tx, { listed, rejected }) =>
    recordImport(tx, { ...listings, papers: listed, rejected: rejected.map(({ paper }) => paper) }),
  )
  const left = { refused: refused.length, rejected: recorded.rejected.length }
  deps.log.info('papers.imported', { source, day: listings.day, ...recorded, ...left })
  return { source, day: listings.day, ...recorded, refused }
}

type NamedRecords = ParsedRecords & { source: string }

function recordsIn(text: string): NamedRecords {
  const entries = listIn(text)
  return isDailyPapersList(entries)
    ? { source: 'huggingface', ...parseDailyPapers(entries) }
    : { source: 'import', ...parseList(entries) }
}

function listIn(text: string): unknown[] {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new Fault(paperFileErrors['import.not-a-list'], { place: syntaxErrorText(text, error) })
  }
  if (!Array.isArray(value)) throw new Fault(paperFileErrors['import.not-a-list'], { place: '' })
  return value
}

/** " (line 3, column 7)" */
function syntaxErrorText(text: string, error: unknown): string {
  const [, line, column] = /line (\d+) column (\d+)/.exec(errorText(error)) ?? []
  if (line) return ` (line ${line}, column ${column})`
  const lines = text.trimEnd().split('\n').length
  return text.trim() === '' ? ' (the file is empty)' : ` (it ends too early, in line ${lines})`
}

const entry = z.object({
  title: textField,
  summary: abstractField,
  id: textField,
  authors: listField(textField),
  published: instantField,
  categories: listField(textField),
  keywords: listField(textField),
  code: httpsUrlField,
  stars: countField,
  project: httpsUrlField,
  organization: textField,
  votes: countField,
  comments: countField,
})

/** Parses a handwritten list, `[{ title, summary, … }]`: the output of `papers list --json`, or a part of it. */
export const parseList = (entries: readonly unknown[]): ParsedRecords =>
  readEntries(entries, entry.transform(toRecord))

function toRecord(read: z.output<typeof entry>): SourceRecord {
  const identifier = parseIdentifier(read.id ?? '')
  return {
    keys: identifier ? [identifier.key] : [],
    version: identifier?.version,
    title: read.title ?? '',
    abstract: read.summary ?? '',
    authors: read.authors ?? [],
    categories: distinct(read.categories),
    keywords: distinct(read.keywords),
    organization: read.organization,
    codeUrl: read.code,
    codeStars: read.stars,
    projectUrl: read.project,
    publishedAt: read.published,
    votes: read.votes,
    comments: read.comments,
  }
}
