import type { Day } from '../../core/dates.ts'
import { shortened } from '../../queries/language/shortened.ts'
import { asksForRevised } from '../../queries/language/turning.ts'
import type { Bits } from '../../queries/matching/bits.ts'
import type { PaperFacts } from '../../queries/matching/paper-index.ts'
import type { Query } from '../../queries/query.ts'
import { alsoUnder, type DigestPaper } from '../../queries/reasons/show-paper.ts'
import type { Steps } from '../../queries/steps.ts'
import type { Window } from '../../search/back-test/window.ts'
import type { PapersAtHand } from '../../search/papers-at-hand.ts'
import { Chooser } from '../choose.ts'
import { type DigestContent, type DigestSection, topicHead } from '../digest-content.ts'

/** A topic of whoever would have got the digest. */
export interface DigestTopicTree {
  name: string
  tree: Query
}

/** Which papers the digest of a day would have held. */
export interface LastChoice {
  day: Day
  sections: { topic: DigestTopicTree | null; papers: { id: number; under: DigestTopicTree[] }[] }[]
  /** How many more matched. */
  more: number
}

/** What the digest of the last day that has papers would have been: of the day before today, where there are any. */
export interface LastDigest {
  day: Day
  /** Null where nothing matched. */
  content: DigestContent | null
}

/** A topic, and its papers of the day of the digest, best first. */
type OfferedTopic = DigestTopicTree & { offered: readonly number[] }

/** The papers that a topic has found on the day of the digest, best first. */
export function offeredLast(
  window: Window,
  { tree, found }: Pick<DigestTopicTree, 'tree'> & { found: Bits },
): number[] {
  const day = lastDay(window)
  if (day === null) return []
  const { archive } = window
  const ofDay = archive.within(found, { from: day, to: day }, { revised: asksForRevised(tree) })
  return archive.ranked(tree, ofDay).map(({ id }) => id)
}

/** Chosen as digests are, for the topics in the subscriber's order; null where no day has papers. */
export function chooseLast(window: Window, topics: readonly OfferedTopic[], most: number): LastChoice | null {
  const day = lastDay(window)
  if (day === null) return null
  return topics.length > 0 ? byTopics(topics, { day, most }) : bestOf(window, { day, most })
}

/** All of today has not come in. */
function lastDay({ days, perDay }: Window): Day | null {
  const today = days.length - 1
  const before = perDay.findLastIndex((papers, place) => papers > 0 && place < today)
  if (before >= 0) return days[before]!
  return perDay[today]! > 0 ? days[today]! : null
}

interface OfDay {
  day: Day
  most: number
}

function byTopics(topics: readonly OfferedTopic[], { day, most }: OfDay): LastChoice {
  const ids: number[] = []
  const places = new Map<number, number>()
  const placeOf = (id: number) => {
    const place = places.get(id) ?? ids.push(id) - 1
    places.set(id, place)
    return place
  }
  const offered = topics.map((topic) => topic.offered.map(placeOf))
  const { sections, more } = new Chooser(ids.length).choose({ topics: offered, cap: most })
  return {
    day,
    more,
    sections: sections.map(({ topic, papers }) => ({
      topic: topics[topic as number]!,
      papers: papers.map(({ place, topics: under }) => ({
        id: ids[place]!,
        under: under.map((one) => topics[one]!),
      })),
    })),
  }
}

/** The most votes first, as for somebody without topics. */
function bestOf({ archive, listed }: Window, { day, most }: OfDay): LastChoice {
  const papers = archive.facts(archive.within(listed, { from: day, to: day })).sort(byVotes)
  const best = papers.slice(0, most).map(({ id }) => ({ id, under: [] }))
  const sections = best.length > 0 ? [{ topic: null, papers: best }] : []
  return { day, sections, more: papers.length - best.length }
}

const byVotes = (a: PaperFacts, b: PaperFacts): number => (b.votes ?? -1) - (a.votes ?? -1) || a.id - b.id

export const idsOfChoice = (choice: LastChoice | null): number[] =>
  choice?.sections.flatMap(({ papers }) => papers.map(({ id }) => id)) ?? []

export function* digestOf({ day, sections, more }: LastChoice, papers: PapersAtHand): Steps<LastDigest> {
  const shown: DigestSection[] = []
  for (const { topic, papers: chosen } of sections) {
    const head = topic ? topicHead({ name: topic.name, id: 0 }) : { topic: null, topicId: null }
    const section: DigestSection = { ...head, papers: [] }
    for (const { id, under } of chosen) {
      const paper = shownUnder(id, under, papers)
      if (paper) section.papers.push(paper)
      yield
    }
    shown.push(section)
  }
  const filled = shown.filter((section) => section.papers.length > 0)
  const bestOf = sections[0] && sections[0].topic === null ? day : null
  const rest = { localDate: day, bestOf, week: null, beyond: [], sources: '' }
  return { day, content: filled.length > 0 ? { ...rest, sections: filled, more } : null }
}

function shownUnder(id: number, under: DigestTopicTree[], papers: PapersAtHand): DigestPaper | null {
  const [first, ...others] = under
  const paper = papers.shown(id, first?.tree ?? null)
  const names = others.map(({ name }) => shortened(name))
  return paper && alsoUnder(paper, names)
}
