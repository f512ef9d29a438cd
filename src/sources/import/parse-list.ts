import { z } from 'zod'
import { parseIdentifier } from '../identifier.ts'
import { abstract, count, distinct, httpsUrl, instant, listOf, text } from '../lenient.ts'
import { readEntries } from '../read-entries.ts'
import type { ParsedRecords, SourceRecord } from '../source-record.ts'

const entry = z.object({
  title: text,
  summary: abstract,
  id: text,
  authors: listOf(text),
  published: instant,
  categories: listOf(text),
  keywords: listOf(text),
  code: httpsUrl,
  project: httpsUrl,
  organization: text,
  votes: count,
  comments: count,
})

/** Reads a list that somebody wrote, `[{ title, summary, … }]`: what `papers list --json` prints, or a part of it. */
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
