import { digestsBefore } from '../../../digests/digest-history-store.ts'
import { type NearPaper, rankNearest } from '../../../digests/nearest.ts'
import { offeredSince } from '../../../digests/offer.ts'
import { evaluate } from '../../../filters/evaluate.ts'
import { type PaperText, readPaper } from '../../../filters/paper-text.ts'
import { parseQuery } from '../../../filters/parse-query.ts'
import type { Query } from '../../../filters/query.ts'
import { type WhyEmpty, whyEmpty } from '../../../filters/why-empty.ts'
import type { Paper } from '../../../papers/paper.ts'
import { horizon, papersBetween } from '../../../papers/paper-store.ts'
import type { DatabaseOrTransaction } from '../../../platform/database.ts'
import { type Day, dayOf } from '../../../platform/dates.ts'
import type { TopicText } from '../../../subscribers/subscriber.ts'

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
  /** Fresh papers that it matches now, though none did then. */
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
}

/** Looks once more at what a digest looked at, topic by topic. */
export async function lookAgain(db: DatabaseOrTransaction, input: LookInput): Promise<Looked> {
  const { subscriberId, localDate, confirmedAt, fromPaper, toPaper } = input
  const since = offeredSince(localDate, confirmedAt)
  const all = await papersBetween(db, { after: 0, upTo: await horizon(db), firstDayFrom: since })
  const texts = new Map(all.map((paper) => [paper.id, readPaper(paper)]))
  const earlier = await digestsBefore(db, { subscriberId, localDate })
  const seenBy = (id: number) => earlier.find((one) => one.fromPaper! < id && id <= one.toPaper!)
  const window = all.filter(({ id }) => id <= toPaper)
  const fresh = window.filter(({ id }) => id > fromPaper && !seenBy(id))
  const topics = input.topics.map((topic) => topicThen(topic, { window, fresh, texts, earlier, seenBy }))
  const trees = input.topics.flatMap(({ query }) => treeOf(query).tree ?? [])
  const later = all.filter(
    (paper) =>
      paper.id > toPaper &&
      paper.firstDay <= localDate &&
      trees.some((tree) => evaluate(tree, texts.get(paper.id)!)),
  )
  return { window: window.length, fresh: fresh.length, topics, later }
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
  window: readonly Paper[]
  fresh: readonly Paper[]
  texts: ReadonlyMap<number, PaperText>
  earlier: readonly Earlier[]
  seenBy: (id: number) => Earlier | undefined
}

const NOTHING = { matchesNow: [], offered: [], why: { absent: [], without: null }, nearest: null }

function topicThen(topic: TopicText, { window, fresh, texts, earlier, seenBy }: Lookable): TopicThen {
  const { tree, fault } = treeOf(topic.query)
  if (!tree) return { ...topic, unreadable: fault ?? '', ...NOTHING }
  const matches = ({ id }: Paper) => evaluate(tree, texts.get(id)!) !== null
  const isFresh = new Set(fresh.map(({ id }) => id))
  const offered = window
    .filter((paper) => !isFresh.has(paper.id) && matches(paper))
    .map((paper) => {
      const shownIn = earlier.find(({ papers }) => papers.includes(paper.id))
      const by = shownIn ?? seenBy(paper.id)
      return { paper, date: by ? dayOf(by.localDate) : null, shown: shownIn !== undefined }
    })
  const [nearest = null] = rankNearest({ papers: fresh, texts, queries: [tree], most: 1 })
  return {
    ...topic,
    unreadable: null,
    matchesNow: fresh.filter(matches),
    offered,
    why: whyEmpty(
      tree,
      fresh.map(({ id }) => texts.get(id)!),
    ),
    nearest,
  }
}
