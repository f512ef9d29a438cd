import type { Database } from '../../core/database/database.ts'
import { type Day, dayOf } from '../../core/dates.ts'
import { type NearMiss, rankNearMisses } from '../../digests/candidates.ts'
import { digestsBefore } from '../../digests/digest.repo.ts'
import { eligibleSince } from '../../digests/eligible-range.ts'
import { newlyMatchingSince } from '../../digests/newly-matching.ts'
import { type PaperSnapshot, snapshotsAt } from '../../papers/history.repo.ts'
import { maxPaperId, papersInRange } from '../../papers/paper.repo.ts'
import type { Paper } from '../../papers/paper.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { evaluate } from '../../queries/matching/evaluate.ts'
import { isTimeDependent, mentionsRevised, type Query } from '../../queries/query.ts'
import { type WhyEmpty, whyEmpty } from '../../queries/reasons/why-empty.ts'
import { type PaperText, toPaperText } from '../../queries/text/tokens.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'

/** A second match of the papers of a digest in which nothing matched, with their current data. */
export interface Rematch {
  /** Papers of the days in range, up to maxPaperId of the plan. */
  windowCount: number
  /** Papers in range that no earlier digest covered. */
  newCount: number
  topics: TopicRematch[]
  /** Papers of those days that match a topic and arrived after the plan. */
  laterPapers: Paper[]
}

export interface TopicRematch extends TopicText {
  /** Why the query does not parse; null if it does. */
  parseError: string | null
  /** New papers, and papers that changed since, that match now but did not match then. */
  matchesNow: Paper[]
  /** Matching papers that an earlier digest covered: `date` of that digest, null for a welcome email. */
  offered: { paper: Paper; date: Day | null; shown: boolean }[]
  /** Of the new papers. */
  why: WhyEmpty
  nearest: NearMiss | null
}

export interface RematchInput {
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

/** Matches the papers of a digest again, topic by topic. */
export async function rematchTopics(db: Database, input: RematchInput): Promise<Rematch> {
  const { subscriberId, localDate, confirmedAt, fromPaper, toPaper } = input
  const since = eligibleSince(localDate, confirmedAt)
  const trees = input.topics.flatMap(({ query }) => treeOf(query).tree ?? [])
  const all = await eligiblePapers(db, since, trees)
  const texts = new Map(all.map((paper) => [paper.id, toPaperText(paper)]))
  const earlier = await digestsBefore(db, { subscriberId, localDate })
  const seenBy = (id: number) => earlier.find((one) => one.fromPaper! < id && id <= one.toPaper!)
  const window = all.filter(({ id }) => id <= toPaper)
  const isFresh = ({ id, firstDay }: Paper) => id > fromPaper && firstDay >= since && !seenBy(id)
  const fresh = window.filter(isFresh)
  const before = await snapshotsThen(db, input, trees.some(isTimeDependent) ? window : [])
  const context = { since, window, fresh, texts, before, earlier, seenBy }
  return {
    windowCount: window.length,
    newCount: fresh.length,
    topics: input.topics.map((topic) => rematchTopic(topic, context)),
    laterPapers: all.filter(
      ({ id, firstDay }) =>
        id > toPaper && firstDay <= localDate && trees.some((tree) => evaluate(tree, texts.get(id)!)),
    ),
  }
}

/** Revised papers are included if a topic asks for them. */
async function eligiblePapers(db: Database, since: Day, trees: readonly Query[]): Promise<Paper[]> {
  const orRevisedFrom = trees.some(mentionsRevised) ? since : undefined
  return papersInRange(db, { after: 0, upTo: await maxPaperId(db), firstDayFrom: since, orRevisedFrom })
}

/** Snapshots of papers at planning time; undefined if the history position was not recorded. */
async function snapshotsThen(
  db: Database,
  { toHistory }: RematchInput,
  papers: readonly Paper[],
): Promise<RematchContext['before']> {
  if (toHistory === null) return undefined
  return snapshotsAt(db, { paperIds: papers.map(({ id }) => id), upTo: toHistory })
}

function treeOf(query: string): { tree?: Query; fault?: string } {
  try {
    return { tree: parseQuery(query) }
  } catch (error) {
    return { fault: (error as Error).message }
  }
}

type Earlier = Awaited<ReturnType<typeof digestsBefore>>[number]

interface RematchContext {
  since: Day
  window: readonly Paper[]
  fresh: readonly Paper[]
  texts: ReadonlyMap<number, PaperText>
  before: ReadonlyMap<number, PaperSnapshot> | undefined
  earlier: readonly Earlier[]
  seenBy: (id: number) => Earlier | undefined
}

const NOTHING = { matchesNow: [], offered: [], why: { absent: [], without: null }, nearest: null }

function rematchTopic(topic: TopicText, context: RematchContext): TopicRematch {
  const { fresh, texts } = context
  const { tree, fault } = treeOf(topic.query)
  if (!tree) return { ...topic, parseError: fault ?? '', ...NOTHING }
  const [nearest = null] = rankNearMisses({ papers: fresh, texts, queries: [tree], limit: 1 })
  const freshTexts = fresh.map(({ id }) => texts.get(id)!)
  return {
    ...topic,
    parseError: null,
    ...matchesOf(tree, context),
    why: whyEmpty(tree, freshTexts),
    nearest,
  }
}

/** The papers that match now: those that are new or changed since, and those offered before. */
function matchesOf(tree: Query, context: RematchContext): Pick<TopicRematch, 'matchesNow' | 'offered'> {
  const { since, window, fresh, texts, earlier, seenBy } = context
  const counts = ({ firstDay }: Paper) => firstDay >= since || mentionsRevised(tree)
  const matches = window.filter((paper) => counts(paper) && evaluate(tree, texts.get(paper.id)!) !== null)
  const shownIn = (id: number) => earlier.find(({ papers }) => papers.includes(id))
  const moved = newlyMatchingAfterPlan(tree, matches, context)
  const isFresh = new Set(fresh)
  const isNew = (paper: Paper) => isFresh.has(paper) || (moved.has(paper.id) && !shownIn(paper.id))
  const offered = matches
    .filter((paper) => !isNew(paper))
    .map((paper) => {
      const by = shownIn(paper.id) ?? seenBy(paper.id)
      return { paper, date: by ? dayOf(by.localDate) : null, shown: shownIn(paper.id) !== undefined }
    })
  return { matchesNow: matches.filter(isNew), offered }
}

/** The matches that only match because of votes or a newer version after the plan. */
function newlyMatchingAfterPlan(
  query: Query,
  matches: readonly Paper[],
  { texts, before }: RematchContext,
): ReadonlyMap<number, unknown> {
  if (!before) return new Map()
  return newlyMatchingSince({ query, matches: matches.map(({ id }) => id), texts, before })
}
