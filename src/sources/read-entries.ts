import type { z } from 'zod'
import { Fault } from '../core/errors.ts'
import { excerpt } from './lenient-fields.ts'
import type { FetchDayInput } from './source.ts'
import { type ParsedRecords, type SourceRecord, sourceRecord } from './source-record.ts'

/** More than any page of a source has. A response with more entries is not treated as a page. */
export const MAX_ENTRIES = 10_000
const MAX_WHY_LENGTH = 200

/**
 * Reads each entry with `schema`, then checks the shape that all sources share. Keeps the entries that can be read.
 */
export function readEntries(entries: readonly unknown[], schema: z.ZodType<SourceRecord>): ParsedRecords {
  const parsed: ParsedRecords = { records: [], refused: [] }
  for (const [index, raw] of entries.entries()) {
    const { data, error } = schema.pipe(sourceRecord).safeParse(raw)
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
