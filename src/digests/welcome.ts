import { addDays, type Day, dayOf, midnight } from '../core/dates.ts'
import type { Paper } from '../papers/paper.ts'
import type { Query } from '../queries/query.ts'
import type { RankedDocs } from '../queries/ranking/ranker.ts'
import { BEST_AFTER_MS } from './best-of-day.ts'
import { candidatesFrom } from './candidates.ts'
import { compose } from './compose.ts'
import type { Recipient } from './digest.repo.ts'
import type { DigestContent } from './digest-content.ts'
import { eligibleSince } from './eligible-range.ts'
import { createMatcher, type Matcher } from './matcher.ts'

/** The earliest first day of papers in a welcome for a subscriber who confirms now. */
export const welcomeSince = (now: Date): Day => eligibleSince(dayOf(now), null)

export interface WelcomeInput {
  recipient: Recipient
  /** First listed from `welcomeSince` on; for topics, those that may match. */
  papers: readonly Paper[]
  /**
   * For each query, paper ids ranked among all papers of these weeks, best first; other papers are ranked among
   * `papers`.
   */
  order?: ReadonlyMap<number, readonly number[]>
  /** The queries of all topics, by id. */
  queries: ReadonlyMap<number, Query>
  /** Ids of papers that an earlier subscription sent them. */
  shown: readonly number[]
  /** When they confirmed. */
  now: Date
}

/**
 * The digest of the newest day that no later digest offers and that has papers for them; null if there is no such day.
 * Throws if none of their queries can be read.
 */
export function composeWelcome({ papers, now, ...chosen }: WelcomeInput): DigestContent | null {
  const byDay = Map.groupBy(papers, ({ firstDay }) => firstDay)
  const days = [...byDay.keys()].sort().reverse()
  const before = chosen.recipient.topics.length > 0 ? dayOf(now) : firstBestDay(days, now)
  for (const day of days.filter((one) => one < before && one >= welcomeSince(now))) {
    const content = digestOf(day, byDay.get(day)!, chosen)
    if (content) return content
  }
  return null
}

/** The oldest day whose best papers the first digest may show. */
function firstBestDay(days: readonly Day[], now: Date): Day {
  const latest = dayOf(new Date(now.getTime() - BEST_AFTER_MS))
  return days.find((day) => day <= latest) ?? latest
}

/** The digest as if it had been planned after the day was complete. */
function digestOf(
  day: Day,
  papers: readonly Paper[],
  { recipient, queries, order, shown }: Omit<WelcomeInput, 'papers' | 'now'>,
): DigestContent | null {
  const before = {
    fromPaper: 0,
    toPaper: 0,
    papers: [...shown],
    bestDay: null,
    settled: true,
  }
  const inOrder = papers.toSorted((a, b) => a.id - b.id)
  const matcher = createMatcher(inOrder, queries)
  return compose(candidatesFrom(order ? reordered(matcher, order) : matcher), {
    recipient: { ...recipient, weekly: false, confirmedAt: null },
    earlier: [before],
    localDate: day,
    maxPaperId: Math.max(...papers.map(({ id }) => id)),
    history: 0,
    sources: '',
    now: midnight(addDays(day, 1)),
  }).content
}

/** The same papers, with those of `order` first. */
function reordered(matcher: Matcher, order: NonNullable<WelcomeInput['order']>): Matcher {
  const ranked = (queryId: number): RankedDocs => {
    const { docIds } = matcher.ranked(queryId)
    const inOrder = (order.get(queryId) ?? []).flatMap((id) => matcher.docIdOf(id) ?? [])
    const first = inOrder.filter((docId) => docIds.includes(docId))
    const all = Uint32Array.from(new Set([...first, ...docIds]))
    return { docIds: all, scores: Float32Array.from(all, (_, i) => all.length - i) }
  }
  return { ...matcher, ranked }
}

/** Counts of matches that are not in the welcome. */
export interface MatchedElsewhere {
  /** Papers of the day of confirmation: later digests offer them. */
  matchedToday: number
  /** Papers that an earlier subscription sent. */
  mailedBefore: number
}

export function matchedElsewhere(
  matched: readonly Pick<Paper, 'id' | 'firstDay'>[],
  { shown, now }: Pick<WelcomeInput, 'shown' | 'now'>,
): MatchedElsewhere {
  const isShown = new Set(shown)
  return {
    matchedToday: matched.filter(({ id, firstDay }) => firstDay >= dayOf(now) && !isShown.has(id)).length,
    mailedBefore: matched.filter(({ id }) => isShown.has(id)).length,
  }
}
