import { fill, words } from '../i18n/words.ts'
import type { Vector } from '../queries/ranking/profile.ts'
import { alsoUnder, type DigestPaper } from '../queries/reasons/show-paper.ts'
import type { Choice, Chosen } from './choose.ts'
import type { DigestTopic } from './digest.repo.ts'
import { type DigestSection, topicHead } from './digest-content.ts'
import { likedFirst } from './liked.ts'
import type { Shelf } from './shelf.ts'

type ChosenSection = Choice['sections'][number]

interface Reader {
  topics: readonly DigestTopic[]
  profile?: Vector
}

/** A section as the digest shows it; what is like the reader's profile stands further up in it. */
export function sectionOf(
  shelf: Shelf,
  { topic, papers }: ChosenSection,
  { topics, profile }: Reader,
): DigestSection {
  if (topic === 'rising') {
    return {
      topic: null,
      topicId: null,
      rising: true,
      papers: papers.map((paper) => shownRising(shelf, topics, paper)),
    }
  }
  const head = topics[topic]!
  const inOrder = profile?.size ? likedFirst(shelf, papers, { queryId: head.queryId, profile }) : papers
  return { ...topicHead(head), papers: inOrder.map((paper) => shownUnder(shelf, topics, paper)) }
}

function shownUnder(
  shelf: Shelf,
  topics: readonly DigestTopic[],
  { place, topics: offering }: Chosen,
): DigestPaper {
  const [first, ...others] = offering.map((topic) => topics[topic]!)
  const paper = shelf.shown(shelf.papers[place]!.id, first!.queryId)
  return alsoUnder(
    paper,
    others.map(({ name }) => name),
  )
}

function shownRising(
  shelf: Shelf,
  topics: readonly DigestTopic[],
  { place, topics: offering }: Chosen,
): DigestPaper {
  const paper = shelf.shown(shelf.papers[place]!.id, topics[offering[0]!]!.queryId)
  const names = offering.map((topic) => topics[topic]!.name).join(', ')
  return { ...paper, reason: fill(words.reason.rising, { reason: paper.reason!, topics: names }) }
}

/** In the subscriber's order; what rises comes last. */
export function inTopicOrder(sections: DigestSection[], topics: readonly DigestTopic[]): DigestSection[] {
  const place = ({ topicId }: DigestSection) => topics.findIndex(({ id }) => id === topicId)
  const [rising, others] = [sections.filter((one) => one.rising), sections.filter((one) => !one.rising)]
  return [...others.sort((a, b) => place(a) - place(b)), ...rising]
}
