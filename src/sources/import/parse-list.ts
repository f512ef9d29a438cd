import { z } from 'zod'
import { parseIdentifier } from '../identifier.ts'
import {
  abstractField,
  countField,
  distinct,
  httpsUrlField,
  instantField,
  listField,
  textField,
} from '../lenient-fields.ts'
import { readEntries } from '../read-entries.ts'
import type { ParsedRecords, SourceRecord } from '../source-record.ts'

const entry = z.object({
  title: textField,
  summary: abstractField,
  id: textField,
  authors: listField(textField),
  published: instantField,
  categories: listField(textField),
  keywords: listField(textField),
  code: httpsUrlField,
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
    projectUrl: read.project,
    publishedAt: read.published,
    votes: read.votes,
    comments: read.comments,
  }
}
