import type { Database } from '../../src/core/database/database.ts'
import { parseList } from '../../src/papers/import-papers.ts'
import { recordListings } from '../../src/papers/listing.repo.ts'

const ABSTRACT = `We study how $O(n \\log n)$ attention over long contexts compares with full attention. Across 14 benchmarks
we find that a gated, linear form keeps 98% of the quality at a fifth of the cost, and that what is lost is lost in
few places: copying, exact recall, and arithmetic over many steps. A hybrid of both forms keeps nearly all of it. We
release code, weights and every log of every run, so that others can look for themselves.`

const PAPERS: Record<string, object[]> = {
  '2026-11-20': [
    { id: '2511.14001', title: 'An Earlier Paper', summary: ABSTRACT, authors: ['A. One'], votes: 12 },
  ],
  '2026-11-23': [
    { id: 'hep-th/9901001', title: 'Strings and Branes at $\\beta$-Functions', summary: ABSTRACT, votes: 2 },
    {
      id: '10.1000/182',
      title: 'A Paper with a DOI',
      summary: ABSTRACT,
      authors: ['B. Two', 'C. Three'],
      votes: 5,
    },
  ],
  '2026-11-24': [
    {
      id: '2507.06457',
      title: 'A Systematic Analysis of Hybrid Linear Attention',
      summary: ABSTRACT,
      authors: ['Dustin Wang', '王瑞金', 'Steven Abreu', 'Taylor Kergan'],
      categories: ['cs.CL', 'cs.LG'],
      votes: 41,
      comments: 3,
      code: 'https://github.com/example/hybrid-linear-attention',
      organization: 'Laboratory of Long Contexts',
      keywords: ['linear attention', 'hybrid models', 'long contexts', 'recall'],
      published: '2025-07-08T17:00:00Z',
    },
    {
      id: '2511.17001',
      title:
        'A Report That Took a Hundred People, and Whose Title Runs On for So Long That It Wraps on Every Screen',
      summary: ABSTRACT,
      authors: Array.from({ length: 100 }, (_, n) => `Person Number${n + 1}`),
      votes: 120,
    },
    {
      id: '2511.17002',
      title: 'Short',
      summary: 'One sentence is enough.',
      authors: ['Ana Íñiguez'],
      votes: 0,
    },
    { title: 'A Paper Known by Its Title Alone' },
  ],
}

const SUMMARIES: Record<string, string> = {
  'A Systematic Analysis of Hybrid Linear Attention':
    'A gated linear form of attention keeps most of the quality at a fifth of the cost.',
}

const DAYS = Object.keys(PAPERS)

/** Three days of papers: with TeX, a Chinese name, a hundred authors, a DOI, an old identifier, none at all. */
export async function addPapers(db: Database, days = DAYS): Promise<void> {
  for (const day of days) {
    const records = parseList(PAPERS[day] ?? []).records.map((record) => ({
      ...record,
      summary: SUMMARIES[record.title],
    }))
    await recordListings(db, { source: 'huggingface', day, records, now: new Date(`${day}T10:00:00Z`) })
  }
}
