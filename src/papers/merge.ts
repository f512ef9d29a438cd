import type { Day } from '../platform/dates.ts'
import type { SourceRecord } from '../sources/source-record.ts'
import type { Paper } from './paper.ts'

/** What sources say of a paper itself, and since when. */
export interface PaperFacts extends Omit<Paper, 'id' | 'arxivId' | 'doi' | 'votes' | 'comments'> {
  version: number | null
  withdrawnAt: Date | null
}

export const factsOf = (record: SourceRecord, day: Day): PaperFacts => ({
  title: record.title,
  abstract: record.abstract,
  authors: record.authors,
  categories: record.categories,
  keywords: record.keywords,
  organization: record.organization ?? null,
  codeUrl: record.codeUrl ?? null,
  projectUrl: record.projectUrl ?? null,
  publishedAt: record.publishedAt ?? null,
  version: record.version ?? null,
  withdrawnAt: record.withdrawnAt ?? null,
  firstDay: day,
})

/**
 * What is known after `later` came. A newer version replaces what it fills; an older or unknown one only fills what
 * is empty. Otherwise the longer text or list stays, so that sources which differ do not take turns. Links and the
 * organization follow what was said last.
 */
export function merge(known: PaperFacts, later: PaperFacts): PaperFacts {
  const pick = pickerFor(known.version, later.version)
  return {
    title: pick(known.title, later.title),
    abstract: pick(known.abstract, later.abstract),
    authors: pick(known.authors, later.authors),
    categories: pick(known.categories, later.categories),
    keywords: pick(known.keywords, later.keywords),
    organization: later.organization ?? known.organization,
    codeUrl: later.codeUrl ?? known.codeUrl,
    projectUrl: later.projectUrl ?? known.projectUrl,
    publishedAt: earlier(known.publishedAt, later.publishedAt),
    version: Math.max(known.version ?? 0, later.version ?? 0) || null,
    withdrawnAt: known.withdrawnAt ?? later.withdrawnAt,
    firstDay: earlier(known.firstDay, later.firstDay),
  }
}

type Pick = <T extends string | string[]>(known: T, later: T) => T

function pickerFor(known: number | null, later: number | null): Pick {
  const order = known === null ? 0 : Math.sign((later ?? 0) - known)
  if (order > 0) return (a, b) => (b.length > 0 ? b : a)
  if (order < 0) return (a, b) => (a.length > 0 ? a : b)
  return (a, b) => (b.length > a.length ? b : a)
}

function earlier<T extends Date | Day | null>(a: T, b: T): T {
  if (!a || !b) return a ?? b
  return a <= b ? a : b
}
