import { fill, words } from '../i18n/words.ts'
import { cosineSimilarity, type Vector } from '../queries/ranking/profile.ts'
import { type ShownPaper, withOtherTopics } from '../queries/reasons/shown-paper.ts'
import type { Candidates } from './candidates.ts'
import type { DigestTopic } from './digest.repo.ts'
import { type DigestSection, topicHead } from './digest-content.ts'
import type { PaperSelection, SelectedPaper } from './select-papers.ts'

type ChosenSection = PaperSelection['sections'][number]

interface Reader {
  topics: readonly DigestTopic[]
  profile?: Vector
}

/** A section as the digest shows it. Papers that are similar to the subscriber's profile are further up. */
export function toSection(
  candidates: Candidates,
  { topic, papers }: ChosenSection,
  { topics, profile }: Reader,
): DigestSection {
  if (topic === 'rising') {
    return {
      topic: null,
      topicId: null,
      rising: true,
      papers: papers.map((paper) => shownRising(candidates, topics, paper)),
    }
  }
  const head = topics[topic]!
  const inOrder = profile?.size
    ? rankByProfile(candidates, papers, { queryId: head.queryId, profile })
    : papers
  return { ...topicHead(head), papers: inOrder.map((paper) => shownUnder(candidates, topics, paper)) }
}

/** The score that a paper gains if it equals the profile: as much as from a rare word. */
const OF_PROFILE = 4

/** Moves papers that are similar to the profile up within a section; it adds and removes none. */
function rankByProfile(
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

function shownUnder(
  candidates: Candidates,
  topics: readonly DigestTopic[],
  { docId, topics: offering }: SelectedPaper,
): ShownPaper {
  const [first, ...others] = offering.map((topic) => topics[topic]!)
  const paper = candidates.shown(candidates.papers[docId]!.id, first!.queryId)
  return withOtherTopics(
    paper,
    others.map(({ name }) => name),
  )
}

function shownRising(
  candidates: Candidates,
  topics: readonly DigestTopic[],
  { docId, topics: offering }: SelectedPaper,
): ShownPaper {
  const paper = candidates.shown(candidates.papers[docId]!.id, topics[offering[0]!]!.queryId)
  const names = offering.map((topic) => topics[topic]!.name).join(', ')
  return { ...paper, reason: fill(words.reason.rising, { reason: paper.reason!, topics: names }) }
}

/** In the subscriber's order; rising papers are last. */
export function inTopicOrder(sections: DigestSection[], topics: readonly DigestTopic[]): DigestSection[] {
  const place = ({ topicId }: DigestSection) => topics.findIndex(({ id }) => id === topicId)
  const [rising, others] = [sections.filter((one) => one.rising), sections.filter((one) => !one.rising)]
  return [...others.sort((a, b) => place(a) - place(b)), ...rising]
}
