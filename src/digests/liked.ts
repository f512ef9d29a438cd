import { likeness, type Vector } from '../queries/ranking/profile.ts'
import type { Chosen } from './choose.ts'
import type { Shelf } from './shelf.ts'

/** What a paper gains that is just like the profile: as much as from a rare word. */
const OF_PROFILE = 4

/** The papers of a section, what is like a profile further up; none comes or stays away because of it. */
export function likedFirst(
  shelf: Shelf,
  papers: readonly Chosen[],
  { queryId, profile }: { queryId: number; profile: Vector },
): Chosen[] {
  const { slots, scores } = shelf.ranked(queryId)
  const worth = papers.map((paper) => ({
    paper,
    score: scores[slots.indexOf(paper.place)]! + OF_PROFILE * likeness(profile, shelf.vectorOf(paper.place)),
  }))
  return worth.sort((a, b) => b.score - a.score).map(({ paper }) => paper)
}
