import type { Day } from '../core/dates.ts'
import { OF_PREFERENCE } from '../digests/learned.ts'
import type { Archive, DayBounds } from '../queries/archive.ts'
import { forEachBit } from '../queries/matching/bits.ts'
import type { Query } from '../queries/query.ts'
import {
  CLOSENESS_UNIT,
  chooseClose,
  minClosenessAt,
  nearPapersByDay,
} from '../queries/ranking/close-papers.ts'
import { topicOf } from '../queries/ranking/closeness.ts'
import { type Profile, preferenceOf } from '../queries/ranking/preference.ts'
import type { VoteKind } from '../subscribers/vote.repo.ts'

/** A paper that a vote would have moved among the matches of its day, or in or out of the papers that come close. */
export type MovedPaper = { id: number; from: number; to: number } | { id: number; isClose: boolean }

interface Vote {
  query: Query
  days: DayBounds
  kind: VoteKind
  before: Profile
  after: Profile
  /** How many more or fewer papers come close. */
  steps: { before: number; after: number }
  /** The id of the paper that the vote is on. */
  except: number
}

const MAX_SHOWN = 3

/** Some papers that a vote would have moved in the direction that it asks for: those that come or go first. */
export function movedPapers(archive: Archive, vote: Vote): MovedPaper[] {
  const { query, days, kind, before, after, steps, except } = vote
  const near = nearPapersByDay(archive, query, days)
  const preferences = { before: preferenceOf(archive, before), after: preferenceOf(archive, after) }
  const closeIds = (when: 'before' | 'after') => {
    const choice = { minCloseness: minClosenessAt(steps[when]), preference: preferences[when] }
    return chooseClose(near, choice).map(({ id }) => id)
  }
  const [closeBefore, closeAfter] = [closeIds('before'), closeIds('after')]
  const isClose = kind === 'more'
  const changed = isClose
    ? closeAfter.filter((id) => !closeBefore.includes(id))
    : closeBefore.filter((id) => !closeAfter.includes(id))
  const ranks = ranksOfMatches(archive, { query, days }, preferences)
  const better = ({ from, to }: { from: number; to: number }) => (isClose ? from - to : to - from)
  const moved = ranks.filter((one) => better(one) > 0).sort((a, b) => better(b) - better(a))
  return [...changed.map((id) => ({ id, isClose })), ...moved]
    .filter(({ id }) => id !== except)
    .slice(0, MAX_SHOWN)
}

/** The place of each match among those of its day, from 1. */
function ranksOfMatches(
  archive: Archive,
  { query, days }: Pick<Vote, 'query' | 'days'>,
  preferences: Record<'before' | 'after', (docId: number) => number>,
): { id: number; from: number; to: number }[] {
  const topic = topicOf(archive, query)
  const byDay = new Map<Day, number[]>()
  forEachBit(archive.withinDays(archive.find(query), days), (docId) => {
    const { firstDay } = archive.index.attributes(docId)
    byDay.set(firstDay, [...(byDay.get(firstDay) ?? []), docId])
  })
  const ordered = (docIds: readonly number[], preference: (docId: number) => number) => {
    const score = (docId: number) =>
      (topic?.closeness(docId) ?? 0) + CLOSENESS_UNIT * OF_PREFERENCE * preference(docId)
    return docIds.toSorted((a, b) => score(b) - score(a) || b - a)
  }
  return [...byDay.values()].flatMap((docIds) => {
    const [before, after] = [ordered(docIds, preferences.before), ordered(docIds, preferences.after)]
    return before.map((docId, i) => ({
      id: archive.index.attributes(docId).id,
      from: i + 1,
      to: after.indexOf(docId) + 1,
    }))
  })
}
