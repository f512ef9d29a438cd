import pg from 'pg'
import type { Paper } from '../../../src/papers/paper.ts'
import { manyPapers, storePapers } from '../../bench/many-papers.ts'

const WORDS = 300
/** Far from those of the seed. */
const FIRST_ID = 100_000

/** The papers of thirty days, beside those of the seed. */
export async function storeManyPapers(connectionString: string, count: number): Promise<Paper[]> {
  const papers = manyPapers({ count, perDay: count / 30, lastDay: '2026-11-24' })
  const client = new pg.Client({ connectionString })
  await client.connect()
  await storePapers(
    client,
    papers.map((paper) => ({ ...paper, id: paper.id + FIRST_ID })),
  )
  await client.end()
  return papers
}

/** Words of papers that no sentence needs, so that a row of them is no prose. */
export function commonWords(papers: readonly Paper[]): string[] {
  const counts = new Map<string, number>()
  for (const { abstract } of papers.slice(0, 500)) {
    for (const word of abstract.match(/\b[a-z]{5,7}\b/g) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, WORDS)
    .map(([word]) => word)
}
