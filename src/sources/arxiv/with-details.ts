import { identifierText, type SourceRecord } from '../source-record.ts'

/**
 * Adds the API's details to a record from the feed or the archive. If the API has an older version, adds only what is
 * true of all versions.
 */
export function withDetails(record: SourceRecord, details: SourceRecord | undefined): SourceRecord {
  if (!details) return record
  const { version = 0, publishedAt } = details
  const keys = [...record.keys, ...details.keys]
  const known = { ...record, keys: distinctKeys(keys), publishedAt: publishedAt ?? record.publishedAt }
  if (version < (record.version ?? 0)) return known
  return {
    ...known,
    version: details.version,
    authors: details.authors.length > 0 ? details.authors : record.authors,
    categories: details.categories.length > 0 ? details.categories : record.categories,
    withdrawnAt: details.withdrawnAt ?? record.withdrawnAt,
    isRetracted: details.isRetracted ?? record.isRetracted,
  }
}

const distinctKeys = (keys: SourceRecord['keys']): SourceRecord['keys'] => [
  ...new Map(keys.map((key) => [identifierText(key), key])).values(),
]

export const batchesOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
