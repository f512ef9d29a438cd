import { z } from 'zod'
import { parseArxivId } from '../identifier.ts'
import {
  abstractField,
  countField,
  distinct,
  httpsUrlField,
  instantField,
  lenient,
  listField,
  textField,
} from '../lenient-fields.ts'
import { readEntries } from '../read-entries.ts'
import type { ParsedRecords, SourceRecord } from '../source-record.ts'

const author = z
  .object({ name: textField, hidden: lenient(z.boolean()) })
  .transform(({ name, hidden }) => (hidden ? undefined : name))

const organization = lenient(
  z.object({ fullname: textField, name: textField }).transform(({ fullname, name }) => fullname ?? name),
)

const entry = z.object({
  title: textField,
  summary: abstractField,
  publishedAt: instantField,
  numComments: countField,
  organization,
  paper: z.object({
    id: textField,
    title: textField,
    summary: abstractField,
    publishedAt: instantField,
    authors: listField(author),
    upvotes: countField,
    ai_keywords: listField(textField),
    ai_summary: textField,
    githubRepo: httpsUrlField,
    projectPage: httpsUrlField,
    organization,
    withdrawnAt: instantField,
  }),
})

/**
 * Reads what GET /api/daily_papers answers, each entry on its own: fields come, go and turn null from year to year.
 * The inner object goes before the outer one, whose time of publication lies some hours off.
 */
export const parseDailyPapers = (entries: readonly unknown[]): ParsedRecords =>
  readEntries(entries, entry.transform(toRecord))

/** Whether a list is an answer of this API, and not some other list of papers. */
export const isDailyPapersList = (entries: readonly unknown[]): boolean =>
  entries.some((one) => z.object({ paper: z.object({}) }).safeParse(one).success)

function toRecord({ paper, ...outer }: z.output<typeof entry>): SourceRecord {
  const arxiv = parseArxivId(paper.id ?? '')
  return {
    keys: arxiv ? [{ scheme: 'arxiv', value: arxiv.id }] : [],
    version: arxiv?.version,
    title: paper.title ?? outer.title ?? '',
    abstract: paper.summary ?? outer.summary ?? '',
    summary: paper.ai_summary,
    authors: paper.authors ?? [],
    categories: [],
    keywords: distinct(paper.ai_keywords),
    organization: paper.organization ?? outer.organization,
    codeUrl: paper.githubRepo,
    projectUrl: paper.projectPage,
    publishedAt: paper.publishedAt ?? outer.publishedAt,
    withdrawnAt: paper.withdrawnAt ?? null,
    votes: paper.upvotes,
    comments: outer.numComments,
  }
}
