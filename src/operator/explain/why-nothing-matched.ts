import type { Database } from '../../core/database/database.ts'
import { type Day, dayOf } from '../../core/dates.ts'
import { rankNearMisses } from '../../digests/candidates.ts'
import { digestsBefore } from '../../digests/digest.repo.ts'
import { eligibleSince } from '../../digests/eligible-range.ts'
import { newlyMatchingSince } from '../../digests/newly-matching.ts'
import { weekdayDateWithYear } from '../../i18n/dates.ts'
import { listed } from '../../i18n/words.ts'
import { snapshotsAt } from '../../papers/history.repo.ts'
import { maxPaperId, papersInRange } from '../../papers/paper.repo.ts'
import type { Paper } from '../../papers/paper.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { meaningIn } from '../../queries/learned/learned-models.ts'
import { evaluate } from '../../queries/matching/evaluate.ts'
import { isTimeDependent, mentionsRevised, type Query } from '../../queries/query.ts'
import { whyEmpty } from '../../queries/reasons/why-empty.ts'
import { toPaperText } from '../../queries/text/tokens.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'
import { entry } from '../message-details.ts'
import { quantity } from '../operations/text-table.ts'
import { quotedTitle, some } from './format.ts'

export type WhyNothingMatched = Awaited<ReturnType<typeof whyNothingMatched>>

interface RematchInput {
  subscriberId: string
  localDate: Day
  confirmedAt: Date | null
  topics: readonly TopicText[]
  /** The digest covered fromPaper < id <= toPaper, up to maxPaperId of the plan. */
  fromPaper: number
  toPaper: number
  /** The latest history entry that the digest used; null if it was not recorded. */
  toHistory: number | null
}

/** Matches the papers of a digest again, with their current data, topic by topic. */
export async function whyNothingMatched(db: Database, input: RematchInput) {
  const meaning = await meaningIn(db)
  const topics = input.topics.map((topic) => ({ ...topic, ...parsed(topic.query, meaning) }))
  const trees = topics.flatMap(({ tree }) => tree ?? [])
  const rematch = await papersThen(db, input, trees)
  const { all, window, fresh, texts } = rematch
  const later = all.filter(
    ({ id, firstDay }) =>
      id > input.toPaper &&
      firstDay <= input.localDate &&
      trees.some((tree) => evaluate(tree, texts.get(id)!)),
  )
  const entries = topics.map((topic) => topicEntries(topic, rematch))
  const looked =
    topics.length > 0
      ? `${quantity(fresh.length, 'paper')} new to them, out of ${window.length} in the last 14 days.`
      : 'No topics: none of the most upvoted papers from 20 or more hours ago were new to them.'
  return {
    /** Papers in range that no earlier digest covered. */
    newCount: fresh.length,
    /** Of all topics. */
    nearest: entries.flatMap(({ nearest }) => nearest ?? []).sort((a, b) => b.held - a.held)[0],
    steps: [
      entry(null, 'looked', looked),
      ...entries.flatMap(({ steps }) => steps),
      ...(later.length > 0 ? [entry(null, 'later', laterText(later))] : []),
    ],
  }
}

function parsed(query: string, meaning: (tree: Query) => Query): { tree?: Query; error?: string } {
  try {
    return { tree: meaning(parseQuery(query)) }
  } catch (error) {
    return { error: (error as Error).message }
  }
}

const laterText = (papers: readonly Paper[]): string =>
  `${quantity(papers.length, 'paper')} that ${papers.length === 1 ? 'matches' : 'match'} arrived after planning, for the next digest: ${some(papers.map(({ title }) => quotedTitle(title)))}.`

type Rematch = Awaited<ReturnType<typeof papersThen>>

/** The papers of the days in range, and which of them were new to the subscriber. */
async function papersThen(db: Database, input: RematchInput, trees: readonly Query[]) {
  const { subscriberId, localDate, confirmedAt, fromPaper, toPaper, toHistory } = input
  const since = eligibleSince(localDate, confirmedAt)
  const orRevisedFrom = trees.some(mentionsRevised) ? since : undefined
  const upTo = await maxPaperId(db)
  const all = await papersInRange(db, { after: 0, upTo, firstDayFrom: since, orRevisedFrom })
  const window = all.filter(({ id }) => id <= toPaper)
  const earlier = await digestsBefore(db, { subscriberId, localDate })
  const coveredBy = (id: number) => earlier.find((one) => one.fromPaper! < id && id <= one.toPaper!)
  const dependent = trees.some(isTimeDependent) ? window.map(({ id }) => id) : []
  return {
    since,
    all,
    window,
    fresh: window.filter(({ id, firstDay }) => id > fromPaper && firstDay >= since && !coveredBy(id)),
    texts: new Map(all.map((paper) => [paper.id, toPaperText(paper)])),
    /** Snapshots at planning time; undefined if the history position was not recorded. */
    before: toHistory === null ? undefined : await snapshotsAt(db, { paperIds: dependent, upTo: toHistory }),
    coveredBy,
    shownIn: (id: number) => earlier.find(({ papers }) => papers.includes(id)),
  }
}

function topicEntries({ name, query, tree, error }: TopicText & ReturnType<typeof parsed>, rematch: Rematch) {
  const named = name === query ? `Topic “${name}”` : `Topic “${name}” (${query})`
  if (!tree) return { steps: [entry(null, 'topic', `${named}: cannot be read: ${error}`)] }
  const { fresh, texts } = rematch
  const { matchesNow, offered } = matchesOf(tree, rematch)
  const [nearest] = rankNearMisses(tree, { papers: fresh, texts, limit: 1 })
  const finding =
    matchesNow.length > 0
      ? `${quantity(matchesNow.length, 'paper')} would match now, because of words, votes or a newer version that came later.`
      : `nothing${whyText(tree, rematch)}.`
  const closest = matchesNow.length === 0 && nearest
  return {
    nearest,
    steps: [
      entry(null, 'topic', `${named}: ${finding}`),
      ...(closest
        ? [entry(null, 'nearest', `Closest: ${quotedTitle(closest.paper.title)}. ${closest.sentence}.`)]
        : []),
      ...(offered.length > 0 ? [entry(null, 'offered', offeredText(offered, rematch))] : []),
    ],
  }
}

/** The papers that match now: those that are new or changed since, and those offered before. */
function matchesOf(tree: Query, { since, window, fresh, texts, before, shownIn }: Rematch) {
  const counts = ({ firstDay }: Paper) => firstDay >= since || mentionsRevised(tree)
  const matches = window.filter((paper) => counts(paper) && evaluate(tree, texts.get(paper.id)!))
  const ids = matches.map(({ id }) => id)
  const changed = before && newlyMatchingSince({ query: tree, matches: ids, texts, before })
  const { now = [], earlier = [] } = Object.groupBy(matches, (paper) =>
    fresh.includes(paper) || (changed?.has(paper.id) && !shownIn(paper.id)) ? 'now' : 'earlier',
  )
  return { matchesNow: now, offered: earlier }
}

function whyText(tree: Query, { fresh, texts }: Rematch): string {
  if (fresh.length === 0) return ''
  const papers = fresh.map(({ id }) => texts.get(id)!)
  const { absent, without } = whyEmpty(tree, papers)
  if (absent.length > 0) return `; no new paper has ${listed(absent, 'or')}`
  if (!without) return ''
  const { part, papers: matching, isUnwanted } = without
  return `; ${quantity(matching, 'paper')} would match without ${isUnwanted ? 'the exclusion of ' : ''}${part}`
}

function offeredText(offered: readonly Paper[], { shownIn, coveredBy }: Rematch): string {
  const papers = offered.map(({ id, title }) => {
    const shown = shownIn(id)
    const date = (shown ?? coveredBy(id))?.localDate
    const where = date
      ? `${shown ? 'emailed on' : 'considered on'} ${weekdayDateWithYear(dayOf(date))}`
      : 'in the welcome email, or before they subscribed'
    return `${quotedTitle(title)} (${where})`
  })
  return `Matched before (each paper is offered once): ${some(papers)}.`
}
