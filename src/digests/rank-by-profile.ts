import { cosineSimilarity, type Vector } from '../queries/ranking/profile.ts'
import type { Candidates } from './candidates.ts'
import type { SelectedPaper } from './select-papers.ts'

/** The score that a paper gains if it equals the profile: as much as from a rare word. */
const OF_PROFILE = 4

/** Moves papers that are similar to the profile up within a section; it adds and removes none. */
export function rankByProfile(
  candidates: Candidates,
  papers: readonly SelectedPaper[],
  { queryId, profile }: { queryId: number; profile: Vector },
): SelectedPaper[] {
  const { docIds, scores } = candidates.ranked(queryId)
  const scored = papers.map((paper) => ({
    paper,
    score:
      scores[docIds.indexOf(paper.docId)]! +
      OF_PROFILE * cosineSimilarity(profile, candidates.vectorOf(paper.docId)),
  }))
  return scored.sort((a, b) => b.score - a.score).map(({ paper }) => paper)
}
