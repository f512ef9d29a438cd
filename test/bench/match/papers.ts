import type { Paper } from '../../../src/papers/paper.ts'
import { randomFrom } from '../../battery/bench/seeded-random.ts'
import { arxivPapers } from '../../support/archived-papers.ts'
import { recordedPapers } from '../../support/recorded-papers.ts'
import { recombined } from '../search-corpus.ts'

/**
 * So many papers of one day, in order of their ids: whole days of arXiv and of Hugging Face mixed, every tenth with votes;
 * recombined from these where they are not enough.
 */
export function dayOfPapers(count: number): Paper[] {
  const chance = randomFrom(2)
  const real = [...arxivPapers(), ...recordedPapers()]
    .map((paper) => ({ paper, at: chance() }))
    .sort((a, b) => a.at - b.at)
    .map(({ paper }) => paper)
  const day = '2026-11-24'
  const papers =
    real.length >= count ? real.slice(0, count) : recombined(real, { count, lastDay: day, perDay: count })
  return papers.map((paper, i) => ({
    ...paper,
    id: i + 1,
    firstDay: day,
    votes: i % 10 === 0 ? Math.floor(chance() * 60) : null,
  }))
}
