import { type Database, isDatabaseUnavailable } from '../core/database/database.ts'
import { addDays, type Day, dayOf, midnight } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { distinctBy } from '../core/distinct-by.ts'
import { errorText } from '../core/errors.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { messageContent } from '../mail/outbox/subscriber-messages.repo.ts'
import { maxPaperId, papersById, papersInRange } from '../papers/paper.repo.ts'
import type { Paper } from '../papers/paper.ts'
import type { Archive } from '../queries/archive.ts'
import type { PaperAttributes } from '../queries/matching/paper-index.ts'
import { readQueries } from '../queries/query.repo.ts'
import type { Query } from '../queries/query.ts'
import { bestMatches, type RankedMatches } from '../queries/ranking/rank-matches.ts'
import { openArchive } from '../search/open-archive.ts'
import { subscriberById } from '../subscribers/subscriber.repo.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import { topicsOf } from '../subscribers/topic.repo.ts'
import { transactionalMessage } from '../subscribers/transactional-message.ts'
import { candidatesFrom } from './candidates.ts'
import { BEST_AFTER_MS, compose } from './compose.ts'
import { type Recipient, recipientOf } from './digest.repo.ts'
import type { DigestContent } from './digest-content.ts'
import { nextDue } from './due.ts'
import { earlierDigests } from './earlier-digest.repo.ts'
import { eligibleSince } from './eligible-range.ts'
import { createMatcher, type Matcher } from './matcher.ts'

/** The papers of a welcome. */
interface ComposedWelcome extends MatchedElsewhere {
  content: DigestContent | null
  /** We searched papers, and none matched: neither today's nor any that were emailed before. */
  nothingMatched: boolean
}

/** The content of a message of kind welcome: everything in its email except the links. */
export interface WelcomeMessage extends ComposedWelcome {
  /** Queries, as typed. */
  topics: string[]
  /** The ids of the papers in `content`: no later digest contains one of them. */
  papers: number[]
  /** The local date of the first digest, and its hour in the zone. */
  next: Day | null
  hour: number
  zone: string
  confirmedOn: Day
  /** The subscriber's epoch after confirming. */
  epoch: number
  format: MailFormat
  detail: MailDetail
}

/** The papers from which a welcome is selected. */
export interface WelcomeMaterial {
  /** For subscribers with topics. */
  archive: Archive | null
  /** For subscribers without topics. */
  papers: Paper[]
  /** Ids of papers that an earlier subscription showed. */
  shown: number[]
}

/**
 * Reads the papers for a welcome. Call it outside the confirming transaction, since it takes a while. `topics`: whether
 * the subscriber has any.
 */
export async function loadWelcomeMaterial(
  deps: Deps,
  { subscriberId, topics, now }: { subscriberId: string; topics: boolean; now: Date },
): Promise<WelcomeMaterial> {
  const since = welcomeSince(now)
  const [archive, papers, earlier] = await Promise.all([
    topics ? openArchive(deps, { from: since }) : null,
    topics ? [] : papersInRange(deps.db, { after: 0, upTo: await maxPaperId(deps.db), firstDayFrom: since }),
    earlierDigests(deps.db, { subscriberIds: [subscriberId], lowest: 1, since, now }),
  ])
  return { archive, papers, shown: (earlier.get(subscriberId) ?? []).flatMap((digest) => digest.papers) }
}

interface EnqueueWelcomeInput {
  signupId: number
  /** Confirmed, and locked by the transaction. */
  subscriberId: string
  material: WelcomeMaterial
  now: Date
}

/** Enqueues the email that welcomes a new subscriber, with a first digest if there are papers for one. */
export async function enqueueWelcome(
  deps: Deps,
  tx: Database,
  { signupId, subscriberId, material, now }: EnqueueWelcomeInput,
): Promise<void> {
  const subscriber = (await subscriberById(tx, subscriberId))!
  const recipient = (await recipientOf(tx, subscriberId))!
  const queries = await readQueries(
    tx,
    recipient.topics.map(({ queryId }) => queryId),
  )
  const topics = await topicsOf(tx, subscriberId)
  const composed = await tryToCompose(deps, tx, { recipient, queries, material, now })
  const { hour, zone, epoch, format, detail } = subscriber
  const content: WelcomeMessage = {
    ...composed,
    topics: topics.map(({ query }) => query),
    papers: composed.content?.sections.flatMap(({ papers }) => papers.map(({ id }) => id)) ?? [],
    next: nextDue(subscriber, now)?.localDate ?? null,
    confirmedOn: dayOf(now),
    hour,
    zone,
    epoch,
    format,
    detail,
  }
  const welcome = { kind: 'welcome', dedupe: dedupeOf(signupId), content, now } as const
  await enqueue(tx, 'transactional', [transactionalMessage(deps.config, subscriber, welcome)])
}

/** The welcome of a signup; null if it had none, or its content was deleted. */
export const welcomeOf = (db: Database, signupId: number): Promise<WelcomeMessage | null> =>
  messageContent<WelcomeMessage>(db, { kind: 'welcome', dedupe: dedupeOf(signupId) })

const dedupeOf = (signupId: number): string => `signup ${signupId}`

/** Problems with papers or queries must not prevent a confirmation or its welcome. */
async function tryToCompose(
  { log }: Deps,
  tx: Database,
  { material, ...input }: Pick<WelcomeInput, 'recipient' | 'queries' | 'now'> & { material: WelcomeMaterial },
): Promise<ComposedWelcome> {
  const { archive, shown } = material
  try {
    if (archive && input.recipient.topics.length > 0)
      return await welcomeByTopics(tx, archive, { ...input, shown })
    return { ...NOTHING, content: composeWelcome({ ...input, ...material }) }
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error
    log.error('welcome.failed', { subscriber: input.recipient.subscriberId, what: errorText(error) })
    return NOTHING
  }
}

const NOTHING: ComposedWelcome = { content: null, nothingMatched: false, matchedToday: 0, mailedBefore: 0 }

/** More than an email and its page show; includes the best papers of a day. */
const MAX_OF_A_DAY = 200

/**
 * A welcome by topics, with papers of the newest day that no later digest offers, ranked among all papers of these
 * weeks.
 */
async function welcomeByTopics(
  tx: Database,
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
  const papers = await papersById(tx, [...new Set([...order.values()].flat())], { withWithdrawn: false })
  const content = moreOf(
    composeWelcome({ ...input, queries, papers, order }),
    open.filter((paper) => paper.firstDay === day),
  )
  const hasPapers = archive.count(archive.withinDays(archive.all(), range)) > 0
  if (content || !hasPapers) return { ...NOTHING, content }
  const elsewhere = matchedElsewhere(matched, { shown, now })
  return { content, nothingMatched: elsewhere.matchedToday + elsewhere.mailedBefore === 0, ...elsewhere }
}

/** Counts all matches of the day, loaded or not. */
function moreOf(content: DigestContent | null, ofDay: readonly PaperAttributes[]): DigestContent | null {
  const shown = content?.sections.flatMap(({ papers }) => papers).length ?? 0
  return content && { ...content, more: Math.max(content.more, ofDay.length - shown) }
}

/** The earliest first day of papers in a welcome for a subscriber who confirms now. */
const welcomeSince = (now: Date): Day => eligibleSince(dayOf(now), null)

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
