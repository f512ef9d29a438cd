import type { Paper } from '../../src/papers/paper.ts'
import { parseDailyPapers } from '../../src/sources/huggingface/parse-daily-papers.ts'
import type { SourceRecord } from '../../src/sources/source.ts'
import { recordedDay, recordedDays } from './recorded-days.ts'

/** Every paper of the recorded days, once, numbered from 1. */
export function recordedPapers(): Paper[] {
  const records = recordedDays('daily').flatMap((day) => parseDailyPapers(recordedDay('daily', day)).records)
  const distinct = new Map(records.map((record) => [record.keys[0]?.value, record]))
  return [...distinct.values()].map((record, i) => paperOf(record, i + 1))
}

/** A source's record as the store would give it back. */
export function paperOf(record: SourceRecord, id: number): Paper {
  const value = (scheme: string) => record.keys.find((key) => key.scheme === scheme)?.value ?? null
  return {
    id,
    title: record.title,
    abstract: record.abstract,
    authors: record.authors,
    categories: record.categories,
    keywords: record.keywords,
    organization: record.organization ?? null,
    codeUrl: record.codeUrl ?? null,
    codeStars: record.codeStars ?? null,
    projectUrl: record.projectUrl ?? null,
    summary: record.summary ?? null,
    publishedAt: record.publishedAt ?? null,
    arxivId: value('arxiv'),
    doi: value('doi'),
    firstDay: '2026-08-19',
    onlyRevised: false,
    revisedDay: null,
    votes: record.votes ?? null,
    comments: record.comments ?? null,
  }
}
