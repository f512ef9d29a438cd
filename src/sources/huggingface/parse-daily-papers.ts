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
  readEntries,
  textField,
} from '../read-entries.ts'
import type { ParsedRecords, SourceRecord } from '../source.ts'

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
    githubStars: countField,
    projectPage: httpsUrlField,
    organization,
    withdrawnAt: instantField,
  }),
})

/**
 * Parses a response of GET /api/daily_papers, each entry by itself: fields are added, removed and nulled from year to
 * year. The fields of the inner object take precedence: the publication time of the outer one is some hours off.
 */
export const parseDailyPapers = (entries: readonly unknown[]): ParsedRecords =>
  readEntries(entries, entry.transform(toRecord))

const withPaper = z.object({ paper: z.object({}) })

/** Whether a list is a response of this API and not another list of papers. */
export const isDailyPapersList = (entries: readonly unknown[]): boolean =>
  entries.some((one) => withPaper.safeParse(one).success)

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
    codeStars: paper.githubStars,
    projectUrl: paper.projectPage,
    publishedAt: paper.publishedAt ?? outer.publishedAt,
    withdrawnAt: paper.withdrawnAt ?? null,
    votes: paper.upvotes,
    comments: outer.numComments,
  }
}
