import type { SourceRecord } from '../../src/sources/source.ts'

/** What a source says of a paper, with the given facts; all else is empty. */
export const sampleRecord = (facts: Partial<SourceRecord> = {}): SourceRecord => ({
  keys: [],
  title: 'A title',
  abstract: '',
  authors: [],
  categories: [],
  keywords: [],
  ...facts,
})

/** The key of "2507.06457". */
export const arxivKey = (value: string): SourceRecord['keys'][number] => ({ scheme: 'arxiv', value })
