import type { Database } from '../core/database/database.ts'
import { addDays, type Day, dayOf, midnight } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { distinctBy } from '../core/distinct-by.ts'
import { maxPaperId, papersById, papersInRange } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import type { Archive } from '../queries/archive.ts'
import type { PaperAttributes } from '../queries/matching/paper-index.ts'
import { readQueries } from '../queries/query.repo.ts'
import type { Query } from '../queries/query.ts'
import { bestMatches, type RankedMatches } from '../queries/ranking/rank-matches.ts'
import { inSearchThread } from '../search/in-search-thread.ts'
import { openArchive } from '../search/open-archive.ts'
import { candidatesFrom } from './candidates.ts'
import { BEST_AFTER_MS, compose } from './compose.ts'
import { type Recipient, recipientOf } from './digest.repo.ts'
import type { DigestContent } from './digest-content.ts'
import { earlierDigests } from './earlier-digest.repo.ts'
import { eligibleSince } from './eligible-range.ts'
import { createMatcher, type Matcher } from './matcher.ts'

/** The papers of a welcome. */
export interface ComposedWelcome extends MatchedElsewhere {
  content: DigestContent | null
  /** The ids of the papers in `content`: no later digest contains one of them. */
  papers: number[]
  /** The queries by which they were selected, as typed. */
  topics: string[]
  /** We searched papers, and none matched: neither today's nor any that were emailed before. */
  nothingMatched: boolean
}

/** Of a welcome without papers about which there is nothing to say. */
export const NO_PAPERS: ComposedWelcome = {
  content: null,
  papers: [],
  topics: [],
  nothingMatched: false,
  matchedToday: 0,
  mailedBefore: 0,
}

interface WelcomeRequest {
  subscriberId: string
  /** When they confirmed: a welcome shows papers of the days before. */
  confirmedAt: Date
}

/** Selects the papers of a welcome, none of which an earlier email showed. */
export const composeWelcomeFor = inSearchThread(import.meta.url, 'composeWelcomeFor', selectPapers)

async function selectPapers(
  deps: Deps,
  { subscriberId, confirmedAt: now }: WelcomeRequest,
): Promise<ComposedWelcome> {
  const { db, clock } = deps
  const recipient = await recipientOf(db, subscriberId)
  // The subscriber may have been erased.
  if (!recipient) return NO_PAPERS
  const { topics } = recipient
  const queries = await readQueries(
    db,
    topics.map(({ queryId }) => queryId),
  )
  const since = welcomeSince(now)
  const shown = await papersMailedTo(db, { subscriberId, since, now: clock.now() })
  const input = { recipient, queries, shown, now }
  if (topics.length > 0) {
    const welcome = await welcomeByTopics(db, await openArchive(deps, { from: since }), input)
    return { ...welcome, topics: topics.map(({ query }) => query!) }
  }
  const papers = await papersInRange(db, { after: 0, upTo: await maxPaperId(db), firstDayFrom: since })
  return withPapers(composeWelcome({ ...input, papers }))
}

/** Ids of the papers of these weeks that earlier emails showed a subscriber. */
export async function papersMailedTo(
  db: Database,
  { subscriberId, since, now }: { subscriberId: string; since: Day; now: Date },
): Promise<number[]> {
  const earlier = await earlierDigests(db, { subscriberIds: [subscriberId], lowest: 1, since, now })
  return (earlier.get(subscriberId) ?? []).flatMap(({ papers }) => papers)
}

const withPapers = (content: DigestContent | null): ComposedWelcome => ({
  ...NO_PAPERS,
  content,
  papers: content?.sections.flatMap(({ papers }) => papers.map(({ id }) => id)) ?? [],
})

/** More than an email and its page show; includes the best papers of a day. */
const MAX_OF_A_DAY = 200

/**
 * A welcome by topics, with papers of the newest day that no later digest offers, ranked among all papers of these
 * weeks.
 */
async function welcomeByTopics(
  db: Database,
  archive: Archive,
  input: Omit<WelcomeInput, 'papers'>,
): Promise<ComposedWelcome> {
  const { recipient, shown, now } = input
  const queries = new Map([...input.queries].map(([id, tree]) => [id, archive.meaningOf(tree)]))
  const range = { from: welcomeSince(now), to: dayOf(now) }
  const found = recipient.topics.flatMap(({ queryId }) => {
    const tree = queries.get(queryId)
    return tree ? [{ queryId, tree, papers: archive.withinDays(archive.find(tree), range) }] : []
  })
  const matched = distinctBy(
    found.flatMap(({ papers }) => archive.attributesOf(papers)),
    ({ id }) => id,
  )
  const open = matched.filter(({ id, firstDay }) => firstDay < range.to && !shown.includes(id))
  const day = open
    .map(({ firstDay }) => firstDay)
    .sort()
    .at(-1)
  const best = ({ tree, papers }: (typeof found)[number]) =>
    bestMatches(archive, tree, archive.withinDays(papers, { from: day, to: day }), MAX_OF_A_DAY)
  const order = new Map(day === undefined ? [] : found.map((one) => [one.queryId, best(one)]))
  const papers = await papersById(db, [...new Set([...order.values()].flat())], { withWithdrawn: false })
  const content = moreOf(
    composeWelcome({ ...input, queries, papers, order }),
    open.filter((paper) => paper.firstDay === day),
  )
  const hasPapers = archive.count(archive.withinDays(archive.all(), range)) > 0
  if (content || !hasPapers) return withPapers(content)
  const elsewhere = matchedElsewhere(matched, { shown, now })
  return { ...NO_PAPERS, nothingMatched: elsewhere.matchedToday + elsewhere.mailedBefore === 0, ...elsewhere }
}

/** Counts all matches of the day, loaded or not. */
function moreOf(content: DigestContent | null, ofDay: readonly PaperAttributes[]): DigestContent | null {
  const shown = content?.sections.flatMap(({ papers }) => papers).length ?? 0
  return content && { ...content, more: Math.max(content.more, ofDay.length - shown) }
}

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
    sources: [],
    now: midnight(addDays(day, 1)),
  }).content
}

/** Ranks the papers of `order` first. */
function reordered(matcher: Matcher, order: NonNullable<WelcomeInput['order']>): Matcher {
  const ranked = (queryId: number): RankedMatches => {
    const { docIds } = matcher.ranked(queryId)
    const inOrder = (order.get(queryId) ?? []).flatMap((id) => matcher.docIdOf(id) ?? [])
    const first = inOrder.filter((docId) => docIds.includes(docId))
    const all = Uint32Array.from(new Set([...first, ...docIds]))
    return { docIds: all, closeness: null }
  }
  return { ...matcher, ranked }
}

/** Counts of matches that are not in the welcome. */
interface MatchedElsewhere {
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
