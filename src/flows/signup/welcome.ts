import { enqueue } from '../../delivery/ledger/message-store.ts'
import { messageContent } from '../../delivery/ledger/subscriber-messages-store.ts'
import type { DigestContent } from '../../digests/digest-content.ts'
import { recipientOf } from '../../digests/digest-store.ts'
import { nextDue } from '../../digests/due.ts'
import { earlierDigests } from '../../digests/earlier-digest-store.ts'
import { OFFERED_DAYS } from '../../digests/offer.ts'
import { readQueries } from '../../digests/shelf-store.ts'
import {
  composeWelcome,
  type MatchedElsewhere,
  matchedElsewhere,
  type WelcomeInput,
  welcomeSince,
} from '../../digests/welcome.ts'
import { horizon, papersBetween } from '../../papers/paper-store.ts'
import type { Database, DatabaseOrTransaction } from '../../platform/database.ts'
import { type Day, dayOf } from '../../platform/dates.ts'
import { textOf } from '../../platform/errors.ts'
import type { MailDetail, MailFormat } from '../../subscribers/subscriber.ts'
import { subscriberById } from '../../subscribers/subscriber-store.ts'
import { topicsOf } from '../../subscribers/topic-store.ts'
import type { Deps } from '../../wiring.ts'
import { newAnswer } from '../messages/new-answer.ts'
import { recentPapers } from '../papers/recent-papers.ts'

/** The content of a message of kind welcome: all that its mail says, but for the links. */
export interface WelcomeMessage extends MatchedElsewhere {
  content: DigestContent | null
  /** We looked through papers, and none matched, be it of today or mailed before. */
  nothingMatched: boolean
  /** Queries, as typed. */
  topics: string[]
  /** The numbers of the papers in `content`: no later digest holds one of them. */
  papers: number[]
  /** The local date of the first digest, and its hour in the zone. */
  next: Day | null
  hour: number
  zone: string
  confirmedOn: Day
  /** Of the subscriber, once confirmed. */
  epoch: number
  format: MailFormat
  detail: MailDetail
}

/** What a welcome is chosen from. */
export type WelcomeShelf = Pick<WelcomeInput, 'papers' | 'texts' | 'shown'>

/**
 * Reads what a welcome to somebody may hold: outside the transaction that confirms, since it takes a while. `topics`:
 * whether they have any.
 */
export async function readForWelcome(
  deps: Deps,
  { subscriberId, topics, now }: { subscriberId: string; topics: boolean; now: Date },
): Promise<WelcomeShelf> {
  const since = welcomeSince(now)
  const [papers, earlier] = await Promise.all([
    topics ? recentPapers(deps, { days: OFFERED_DAYS, withRevised: true }) : papersSince(deps.db, since),
    earlierDigests(deps.db, { subscriberIds: [subscriberId], lowest: 1, since, now }),
  ])
  return { ...papers, shown: (earlier.get(subscriberId) ?? []).flatMap((digest) => digest.papers) }
}

async function papersSince(db: Database, since: Day): Promise<Pick<WelcomeShelf, 'papers' | 'texts'>> {
  const papers = await papersBetween(db, { after: 0, upTo: await horizon(db), firstDayFrom: since })
  return { papers, texts: new Map() }
}

export interface LeaveWelcome {
  signupId: number
  /** Confirmed and locked by the transaction. */
  subscriberId: string
  shelf: WelcomeShelf
  now: Date
}

/** Leaves the mail that tells a new subscriber that it worked, with a first digest where there is something for one. */
export async function leaveWelcome(
  deps: Deps,
  tx: DatabaseOrTransaction,
  { signupId, subscriberId, shelf, now }: LeaveWelcome,
): Promise<void> {
  const subscriber = (await subscriberById(tx, subscriberId))!
  const recipient = (await recipientOf(tx, subscriberId))!
  const queries = await readQueries(
    tx,
    recipient.topics.map(({ queryId }) => queryId),
  )
  const topics = await topicsOf(tx, subscriberId)
  const composed = tryToCompose(deps, { recipient, queries, ...shelf, now })
  const { hour, zone, epoch, format, detail } = subscriber
  const content: WelcomeMessage = {
    ...composed,
    topics: topics.map(({ query }) => query),
    papers: composed.content?.sections.flatMap(({ papers }) => papers.map(({ id }) => id)) ?? [],
    next: nextDue(subscriber, now)?.localDate ?? null,
    confirmedOn: dayOf(now),
    ...{ hour, zone, epoch, format, detail },
  }
  const welcome = { kind: 'welcome', dedupe: dedupeOf(signupId), content, now } as const
  await enqueue(tx, 'answers', [newAnswer(deps.config, subscriber, welcome)])
}

/** The welcome of a signup; null where it had none, or what it said was forgotten. */
export const welcomeOf = (db: DatabaseOrTransaction, signupId: number): Promise<WelcomeMessage | null> =>
  messageContent<WelcomeMessage>(db, { kind: 'welcome', dedupe: dedupeOf(signupId) })

const dedupeOf = (signupId: number): string => `signup ${signupId}`

const NOT_ELSEWHERE: MatchedElsewhere = { matchedToday: 0, mailedBefore: 0 }

/** Whatever is wrong with papers or queries, somebody who confirms is welcome. */
function tryToCompose(
  { log }: Deps,
  input: WelcomeInput,
): Pick<WelcomeMessage, 'content' | 'nothingMatched' | keyof MatchedElsewhere> {
  try {
    const content = composeWelcome(input)
    const looked = input.papers.length > 0 && input.recipient.topics.length > 0
    if (content || !looked) return { content, nothingMatched: false, ...NOT_ELSEWHERE }
    const elsewhere = matchedElsewhere(input)
    const nothingMatched = elsewhere.matchedToday + elsewhere.mailedBefore === 0
    return { content, nothingMatched, ...elsewhere }
  } catch (error) {
    log.error('welcome.failed', { subscriber: input.recipient.subscriberId, what: textOf(error) })
    return { content: null, nothingMatched: false, ...NOT_ELSEWHERE }
  }
}
