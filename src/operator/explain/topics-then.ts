import type { DatabaseOrTransaction } from '../../core/database/database.ts'
import { type Day, dayOf } from '../../core/dates.ts'
import { digestsBefore } from '../../digests/digest-history.repo.ts'
import { type NearPaper, rankNearest } from '../../digests/nearest.ts'
import { offeredSince } from '../../digests/offer.ts'
import { turnedSince } from '../../digests/turned.ts'
import { type PaperStanding, standingsAt } from '../../papers/history.repo.ts'
import { horizon, papersBetween } from '../../papers/paper.repo.ts'
import type { Paper } from '../../papers/paper.ts'
import { parseQuery } from '../../queries/language/parse-query.ts'
import { asksForRevised, mayTurn } from '../../queries/language/turning.ts'
import { evaluate } from '../../queries/matching/evaluate.ts'
import type { Query } from '../../queries/query.ts'
import { type WhyEmpty, whyEmpty } from '../../queries/reasons/why-empty.ts'
import { type PaperText, readPaper } from '../../queries/text/paper-text.ts'
import type { TopicText } from '../../subscribers/subscriber.ts'

/** What a digest without a match looked at, as its papers stand now. */
export interface Looked {
  /** Papers of the days that count, up to the horizon. */
  window: number
  /** Those of them that no earlier digest had looked at. */
  fresh: number
  topics: TopicThen[]
  /** Papers of those days that match a topic and came in after the plan. */
  later: Paper[]
}

export interface TopicThen extends TopicText {
  /** Why the query cannot be read; null where it can. */
  unreadable: string | null
  /** Fresh papers, and those that moved since, that it matches now, though none did then. */
  matchesNow: Paper[]
  /** Papers that it matches and that an earlier mail looked at: `date` of that digest, null for a welcome. */
  offered: { paper: Paper; date: Day | null; shown: boolean }[]
  /** Of the fresh papers. */
  why: WhyEmpty
  nearest: NearPaper | null
}

export interface LookInput {
  subscriberId: string
  localDate: Day
  confirmedAt: Date | null
  topics: readonly TopicText[]
  /** fromPaper < id <= toPaper were looked at, up to the horizon of the plan. */
  fromPaper: number
  toPaper: number
  /** How far the digest knew the history of papers; null where that was not kept. */
  toHistory: number | null
}

/** Looks once more at what a digest looked at, topic by topic. */
export async function lookAgain(db: DatabaseOrTransaction, input: LookInput): Promise<Looked> {
  const { subscriberId, localDate, confirmedAt, fromPaper, toPaper } = input
  const since = offeredSince(localDate, confirmedAt)
  const trees = input.topics.flatMap(({ query }) => treeOf(query).tree ?? [])
  const all = await papersThatCount(db, since, trees)
  const texts = new Map(all.map((paper) => [paper.id, readPaper(paper)]))
  const earlier = await digestsBefore(db, { subscriberId, localDate })
  const seenBy = (id: number) => earlier.find((one) => one.fromPaper! < id && id <= one.toPaper!)
  const window = all.filter(({ id }) => id <= toPaper)
  const isFresh = ({ id, firstDay }: Paper) => id > fromPaper && firstDay >= since && !seenBy(id)
  const fresh = window.filter(isFresh)
  const before = await standingsThen(db, input, trees.some(mayTurn) ? window : [])
  const lookable = { since, window, fresh, texts, before, earlier, seenBy }
  return {
    window: window.length,
    fresh: fresh.length,
    topics: input.topics.map((topic) => topicThen(topic, lookable)),
    later: all.filter(
      ({ id, firstDay }) =>
        id > toPaper && firstDay <= localDate && trees.some((tree) => evaluate(tree, texts.get(id)!)),
    ),
  }
}

/** Newer versions count where a topic asks for them. */
async function papersThatCount(
  db: DatabaseOrTransaction,
  since: Day,
  trees: readonly Query[],
): Promise<Paper[]> {
  const orRevisedFrom = trees.some(asksForRevised) ? since : undefined
  return papersBetween(db, { after: 0, upTo: await horizon(db), firstDayFrom: since, orRevisedFrom })
}

/** How papers stood as the digest was planned; undefined where that cannot be told. */
async function standingsThen(
  db: DatabaseOrTransaction,
  { toHistory }: LookInput,
  papers: readonly Paper[],
): Promise<Lookable['before']> {
  if (toHistory === null) return undefined
  return standingsAt(db, { paperIds: papers.map(({ id }) => id), upTo: toHistory })
}

function treeOf(query: string): { tree?: Query; fault?: string } {
  try {
    return { tree: parseQuery(query) }
  } catch (error) {
    return { fault: (error as Error).message }
  }
}

type Earlier = Awaited<ReturnType<typeof digestsBefore>>[number]

interface Lookable {
  since: Day
  window: readonly Paper[]
  fresh: readonly Paper[]
  texts: ReadonlyMap<number, PaperText>
  before: ReadonlyMap<number, PaperStanding> | undefined
  earlier: readonly Earlier[]
  seenBy: (id: number) => Earlier | undefined
}

const NOTHING = { matchesNow: [], offered: [], why: { absent: [], without: null }, nearest: null }

function topicThen(topic: TopicText, lookable: Lookable): TopicThen {
  const { fresh, texts } = lookable
  const { tree, fault } = treeOf(topic.query)
  if (!tree) return { ...topic, unreadable: fault ?? '', ...NOTHING }
  const [nearest = null] = rankNearest({ papers: fresh, texts, queries: [tree], most: 1 })
  const freshTexts = fresh.map(({ id }) => texts.get(id)!)
  return {
    ...topic,
    unreadable: null,
    ...matchesOf(tree, lookable),
    why: whyEmpty(tree, freshTexts),
    nearest,
  }
}

/** What the tree matches now: what is new or moved since, and what was offered before. */
function matchesOf(tree: Query, lookable: Lookable): Pick<TopicThen, 'matchesNow' | 'offered'> {
  const { since, window, fresh, texts, earlier, seenBy } = lookable
  const counts = ({ firstDay }: Paper) => firstDay >= since || asksForRevised(tree)
  const matches = window.filter((paper) => counts(paper) && evaluate(tree, texts.get(paper.id)!) !== null)
  const shownIn = (id: number) => earlier.find(({ papers }) => papers.includes(id))
  const moved = movedSince(tree, matches, lookable)
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

/** Those of them that it matches by votes or a newer version which came after the plan. */
function movedSince(
  query: Query,
  matches: readonly Paper[],
  { texts, before }: Lookable,
): ReadonlyMap<number, unknown> {
  if (!before) return new Map()
  return turnedSince({ query, matches: matches.map(({ id }) => id), texts, before })
}
