import { z } from 'zod'
import {
  abstractField,
  distinct,
  instantField,
  lenient,
  listField,
  readEntries,
  textField,
} from '../read-entries.ts'
import type { ParsedRecords, SourceRecord } from '../source.ts'
import { arxivKeysOf, elementText, firstArxivId, isWithdrawn, NotXmlError, readXml } from './read-xml.ts'

const feed = z.object({ entry: z.array(z.unknown()).default([]) })
const term = z.object({ '@term': textField }).transform((one) => one['@term'])

const entry = z.object({
  id: elementText,
  title: elementText,
  summary: abstractField,
  published: instantField,
  updated: instantField,
  author: listField(z.object({ name: elementText }).transform(({ name }) => name)),
  category: listField(term),
  primary_category: lenient(term),
  comment: elementText,
  doi: elementText,
})

/**
 * Parses an API response: https://info.arxiv.org/help/api/user-manual.html#api_response. `error`: the reason if the API
 * rejects the request, which it may do with any status. Throws NotXmlError.
 */
export function parseApi(body: string): ParsedRecords & { error?: string } {
  const { data } = feed.safeParse(readXml(body, 'feed'))
  if (!data) throw new NotXmlError('it has no entries and no place for them')
  const errors = data.entry.flatMap(errorIn)
  if (errors.length > 0) return { records: [], refused: [], error: errors[0] }
  return readEntries(data.entry, entry.transform(toRecord))
}

function errorIn(one: unknown): string[] {
  const { data } = entry.safeParse(one)
  const isError = data?.title === 'Error' && /\/api\/errors/.test(data.id ?? '')
  return isError ? [data.summary ?? 'no reason given'] : []
}

// The categories also contain ACM and MSC codes.
const isCategory = (one: string): boolean => /^[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z-]+)?$/.test(one)

function toRecord(one: z.output<typeof entry>, context: z.RefinementCtx): SourceRecord {
  const arxiv = firstArxivId(one.id)
  if (!arxiv) context.addIssue({ code: 'custom', message: 'no arXiv id' })
  const categories = [one.primary_category, ...(one.category ?? [])].filter((name) => name !== undefined)
  return {
    keys: arxivKeysOf(arxiv?.id ?? '', one.doi),
    version: arxiv?.version,
    title: one.title ?? '',
    abstract: one.summary ?? '',
    authors: one.author ?? [],
    categories: distinct(categories.filter(isCategory)),
    keywords: [],
    publishedAt: one.published,
    withdrawnAt: isWithdrawn(one.comment) ? one.updated : undefined,
    isRetracted: isWithdrawn(one.comment) || undefined,
  }
}
