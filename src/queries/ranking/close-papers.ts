import type { Day } from '../../core/dates.ts'
import type { Archive, DayBounds } from '../archive.ts'
import { checkDeadline } from '../deadline.ts'
import { type Bits, hasBit, intersectBits, newBits, subtractBits } from '../matching/bits.ts'
import { asMeaning } from '../meaning/meaning-of.ts'
import { mentionsRevised, type Query } from '../query.ts'
import { MIN_CLOSENESS, splitMeaning, topicOf } from './closeness.ts'
import { listedByDay } from './listed-by-day.ts'
import { excludedParts } from './ranker.ts'

/** Of every 25 papers of a day, one may be close; matches use up that share first. */
export const PAPERS_PER_CLOSE = 25

/** One step of "more / fewer like these". */
const STEP = 0.04
export const MAX_STEP = 3
/** What a preference of 1 adds to closeness. */
export const CLOSENESS_UNIT = 0.1
/** From this grade of 10 on a paper is close; each grade counts as much as a step. */
export const MIN_GRADE = 6

/** Per query: votes choose among so many papers, and those that are the closest of their day. */
const MAX_NEAR = 200

/** From where on papers are close to a topic, after so many steps: a step above 0 asks for more of them. */
export const minClosenessAt = (step: number): number =>
  MIN_CLOSENESS - STEP * Math.max(-MAX_STEP, Math.min(MAX_STEP, step))

/** What stands for the closeness of a paper that was graded from 0 to 10. */
const closenessOfGrade = (grade: number): number => MIN_CLOSENESS + STEP * (grade - MIN_GRADE)

/** With room for a preference of 0.5. */
const LOWEST_THRESHOLD = minClosenessAt(MAX_STEP) - CLOSENESS_UNIT / 2

/** From where on a paper may be close by this choice: without preference and steps below the default, most are not. */
export const leastCloseness = ({ minCloseness, preference }: CloseChoice): number =>
  preference || minCloseness < MIN_CLOSENESS ? LOWEST_THRESHOLD : MIN_CLOSENESS

export interface ClosePaper {
  docId: number
  id: number
  /** From 0 to 1. */
  closeness: number
}

/** The papers of a day that may be close to a query, the closest first. */
export interface NearDay {
  day: Day
  /** How many of them may be: one in 25 papers of the day, less those that match. */
  room: number
  papers: ClosePaper[]
}

/** Which of these papers are close. */
export interface CloseChoice {
  minCloseness: number
  /** How much a paper is preferred, by docId: see preferenceOf. */
  preference?: (docId: number) => number
  /** By the id of the paper: what replaces its closeness. */
  grades?: PaperGrades
}

/** From 0 to 10, by the id of the paper. */
export type PaperGrades = ReadonlyMap<number, { grade: number }>

/**
 * The papers of some days that are close to a query but do not match it, the closest first. The only way to choose them:
 * digests, previews and `queries rank` agree. They meet the query's conditions and contain nothing that it excludes; how
 * many there may be depends on their own day. Empty if too few papers of the archive are about the topic.
 */
export function closePapers(
  archive: Archive,
  query: Query,
  days: DayBounds,
  grades?: PaperGrades,
): ClosePaper[] {
  const choice = { minCloseness: MIN_CLOSENESS, grades }
  const near = nearPapersByDay(archive, query, days, leastCloseness(choice), gradedIds(choice))
  return chooseClose(near, choice)
}

export const gradedIds = ({ grades }: CloseChoice): number[] => (grades ? [...grades.keys()] : [])

/**
 * The nearest of them by day, as far as `least`: by default, with every paper that votes or steps can make close. Those
 * with the ids of `graded` are among them however near they are, also if there is no room, or if the topic is not known.
 */
export function nearPapersByDay(
  archive: Archive,
  query: Query,
  days: DayBounds,
  least = LOWEST_THRESHOLD,
  graded: readonly number[] = [],
): NearDay[] {
  const topic = topicOf(archive, query, days.to)
  if (!topic) return []
  const ofGraded = new Set(graded.map((id) => archive.index.docIdOf(id)))
  const near: NearDay[] = []
  for (const [day, docIds] of listedByDay(archive.index)) {
    if (day < (days.from ?? '') || day > (days.to ?? '9999')) continue
    checkDeadline()
    const papers: ClosePaper[] = []
    for (const docId of docIds) {
      const closeness = topic.closenessIfKnown(docId)
      if (closeness >= least || ofGraded.has(docId))
        papers.push({ docId, id: archive.index.attributes(docId).id, closeness })
    }
    if (papers.length > 0) near.push({ day, room: Math.ceil(docIds.length / PAPERS_PER_CLOSE), papers })
  }
  // Most queries have no such paper on most days. Then neither their matches nor whether they are known matters.
  if (near.length === 0) return []
  const isGraded = ({ docId }: ClosePaper) => ofGraded.has(docId)
  const known = topic.isKnown ? near : keepOnly(near, isGraded)
  return known.length > 0 ? nearestOf(withoutMatches(archive, query, known, isGraded), isGraded) : []
}

type IsPaper = (paper: ClosePaper) => boolean

const keepOnly = (days: readonly NearDay[], isKept: IsPaper): NearDay[] =>
  days.map((day) => ({ ...day, papers: day.papers.filter(isKept) })).filter(({ papers }) => papers.length > 0)

/** Leaves out matches, which use up the room of their day, and papers that do not meet the conditions. */
function withoutMatches(
  archive: Archive,
  query: Query,
  near: readonly NearDay[],
  isGraded: IsPaper,
): NearDay[] {
  const allowed = allowedPapers(archive, archive.meaningOf(query))
  const matches = archive.find(query)
  const ofDay = listedByDay(archive.index)
  return near.flatMap(({ day, room, papers }) => {
    const matched = ofDay.get(day)!.filter((docId) => hasBit(matches, docId)).length
    const left = Math.max(0, room - matched)
    const others = papers
      .filter(({ docId }) => hasBit(allowed, docId) && !hasBit(matches, docId))
      .filter((paper) => left > 0 || isGraded(paper))
    return others.length > 0 ? [{ day, room: left, papers: others.sort(closestFirst) }] : []
  })
}

/** The nearest of all days, and on each day as many as there is room for. */
function nearestOf(days: readonly NearDay[], isGraded: IsPaper): NearDay[] {
  const all = days.flatMap(({ papers }) => papers).sort(closestFirst)
  const nearest = new Set(all.slice(0, MAX_NEAR))
  return days.map(({ day, room, papers }) => ({
    day,
    room,
    papers: papers.filter((paper, place) => place < room || nearest.has(paper) || isGraded(paper)),
  }))
}

/**
 * The best papers of each day, as many as it has room for, and those that are graded well enough; the closeness that they
 * have includes the preference.
 */
export function chooseClose(
  days: readonly NearDay[],
  { minCloseness, preference, grades }: CloseChoice,
): ClosePaper[] {
  const asChosen = (paper: ClosePaper): ClosePaper => {
    const grade = grades?.get(paper.id)
    const closeness = grade ? closenessOfGrade(grade.grade) : paper.closeness
    return { ...paper, closeness: closeness + CLOSENESS_UNIT * (preference?.(paper.docId) ?? 0) }
  }
  const closeOf = ({ room, papers }: NearDay): ClosePaper[] => {
    const close = papers.map(asChosen).filter(({ closeness }) => closeness >= minCloseness)
    const { graded = [], others = [] } = Object.groupBy(close, ({ id }) =>
      grades?.has(id) ? 'graded' : 'others',
    )
    return [...graded, ...others.sort(closestFirst).slice(0, room)]
  }
  return days.flatMap(closeOf).sort(closestFirst)
}

const closestFirst = (a: ClosePaper, b: ClosePaper): number => b.closeness - a.closeness || b.id - a.id

/**
 * The papers that meet the conditions of a query, and contain nothing that it excludes. `votes>=20` holds for the votes of
 * now: a paper that gets them later is offered then if it matches, and not as close.
 */
export function allowedPapers(archive: Archive, meaning: Query): Bits {
  const allowed = archive.index.live.slice()
  subtractBits(allowed, excludedPapers(archive, meaning))
  for (const part of splitMeaning(meaning).conditions)
    intersectBits(allowed, archive.find(asMeaning({ ...part }), mentionsRevised(part)))
  return allowed
}

/** The papers that contain a part that the query excludes. */
export function excludedPapers(archive: Archive, query: Query): Bits {
  const parts = excludedParts(archive.meaningOf(query))
  return parts.length > 0 ? archive.find(asMeaning({ kind: 'or', parts })) : newBits(0)
}

interface TopicWithClose {
  /** Null if they were not found in time. */
  close: readonly ClosePaper[] | null
}

interface CloseToTopicsInput<T> {
  /** Whether a topic matches a paper. */
  isMatch: (topic: T, docId: number) => boolean
  limit?: number
}

/** The papers that come close to one of several topics and match none, each with its closest topic; the closest first. */
export function closeToTopics<T extends TopicWithClose>(
  topics: readonly T[],
  { isMatch, limit = Number.POSITIVE_INFINITY }: CloseToTopicsInput<T>,
): (ClosePaper & { topic: T })[] {
  const seen = new Set<number>()
  const close = topics
    .flatMap((topic) => (topic.close ?? []).map((paper) => ({ ...paper, topic })))
    .sort((a, b) => b.closeness - a.closeness || b.id - a.id)
    .values()
    .filter(({ id }) => !seen.has(id) && seen.add(id))
    .filter(({ docId }) => !topics.some((topic) => isMatch(topic, docId)))
  return [...close.take(limit)]
}
