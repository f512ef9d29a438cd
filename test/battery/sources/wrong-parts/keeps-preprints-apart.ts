import { parseWorks as rightly } from '../../../../src/sources/openalex/parse-works.ts'
import type { ParsedRecords } from '../../../../src/sources/source.ts'

export { WORK_FIELDS } from '../../../../src/sources/openalex/parse-works.ts'

/** The addresses of its other copies say nothing about a work. */
export function parseWorks(entries: readonly unknown[], options: { anyType: boolean }): ParsedRecords {
  const { records, refused } = rightly(entries, options)
  return { records: records.map((record) => ({ ...record, keys: record.keys.slice(0, 1) })), refused }
}
