import { batchLimits, type Database, isDatabaseUnavailable } from '../core/database/database.ts'
import { type Day, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { errorFields } from '../core/errors.ts'
import type { NewMessage } from '../mail/message.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { secretId } from '../subscribers/links.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import type { CandidatePage, CandidatePool } from './candidates.repo.ts'
import { composeRanked, readRankRequests } from './compose-digests.ts'
import {
  type DigestDraft,
  type DueDigest,
  type FilledDigest,
  fillDigests,
  type NextDigest,
  nextDueDigests,
  takeDueDigests,
} from './digest.repo.ts'
import { PLAN_WITHIN_MS } from './due.ts'
import type { EmailedWeek } from './earlier-digest.repo.ts'
import { type MessageTimes, noMatchesFor } from './no-matches.ts'
import type { OpenPlan } from './plan.repo.ts'
import { ELSEWHERE, readersElsewhere } from './read-elsewhere.ts'
import { smallWeeks } from './small-weeks.ts'
import { type SharedPapers, storedContents } from './stored-content.repo.ts'
import type { RankRequest } from './topic-ranks.ts'

/** The content of a message of kind digest: the data for the email besides the digest. */
export interface DigestMessage {
  format: MailFormat
  detail: MailDetail
  confirmedOn: Day
  /** The subscriber's epoch, for links to their settings. */
  epoch: number
  /** What the emails of the last seven days had; set if one email a week would have been enough for them. */
  lastWeek?: EmailedWeek
}

export interface FillPageInput {
  plan: OpenPlan
  pool: CandidatePool
  /** Of the digests of the plan's date. */
  shared: SharedPapers
  now: Date
  /** False for a plan that the operator requested by date. */
  hasLimit: boolean
  /** Called after each page of digests, whose messages may then be sent. */
  onPage: (() => Promise<void>) | undefined
}

interface FilledPage {
  fillings: FilledDigest[]
  /** The id of the last digest of the page; undefined if this process has nothing left to do. */
  last: number | undefined
}

const PAGE = 1000

/**
 * Fills the next digests of a plan after the id `after`. `onComposed` is called with the id of the last one once they
 * only remain to be written. A digest that cannot be composed stays due, so that the next tick retries it. Throws if
 * the database is unavailable, and if the search thread fails.
 */
export async function fillPage(
  deps: Deps,
  input: FillPageInput,
  after: number,
  onComposed: (last: number) => void,
): Promise<FilledPage> {
  const next = await nextDueDigests(deps.db, { planId: input.plan.id, after, most: PAGE })
  const last = next.at(-1)?.id
  if (last === undefined) return { fillings: [], last }
  return { fillings: await fillEach(deps, input, next, () => onComposed(last)), last }
}

/**
 * Fills these digests, each together with its message, in one transaction; if that fails, one by one. Their topics are
 * ranked before it: its subscribers cannot unsubscribe while it runs. See composeRanked.
 */
async function fillEach(
  deps: Deps,
  input: FillPageInput,
  next: readonly NextDigest[],
  onComposed?: () => void,
): Promise<FilledDigest[]> {
  const { plan, pool, now } = input
  const recipients = next.filter(({ paused }) => !paused)
  const request = { recipients, localDate: plan.localDate, snapshot: plan, pool, now }
  let requests: RankRequest[]
  try {
    requests = await readRankRequests(deps.db, request)
  } catch (error) {
    return fillOneByOne(deps, input, next, error)
  }
  const page = pool.openPage()
  // If the search thread fails, no digest of the plan can be composed.
  await page.rank(requests)
  let isTaken = false
  const take = async (tx: Database) => {
    const taken = await takeDueDigests(
      tx,
      next.map(({ id }) => id),
    )
    isTaken = true
    return taken
  }
  try {
    return await fillTaken(deps, input, { take, page, onComposed })
  } catch (error) {
    if (!isTaken) throw error
    return fillOneByOne(deps, input, next, error)
  }
}

/** `error`: of all digests together. */
async function fillOneByOne(
  deps: Deps,
  input: FillPageInput,
  next: readonly NextDigest[],
  error: unknown,
): Promise<FilledDigest[]> {
  if (isDatabaseUnavailable(error)) throw error
  if (next.length === 1) {
    deps.log.error('digests.failed', { planId: input.plan.id, digestId: next[0]!.id, ...errorFields(error) })
    return []
  }
  const fillings: FilledDigest[] = []
  const retry = { ...input, shared: input.shared.forRetry() }
  for (const one of next) fillings.push(...(await fillEach(deps, retry, [one])))
  return fillings
}

interface FillTakenInput {
  take: (tx: Database) => Promise<DueDigest[]>
  page: CandidatePage
  onComposed: (() => void) | undefined
}

function fillTaken(
  deps: Deps,
  input: FillPageInput,
  { take, page, onComposed }: FillTakenInput,
): Promise<FilledDigest[]> {
  const { plan, pool, shared, now } = input
  const work = async (tx: Database) => {
    const digests = await take(tx)
    const { paused = [], due = [] } = Object.groupBy(digests, (digest) => (digest.paused ? 'paused' : 'due'))
    const { localDate } = plan
    const wanted = { recipients: due, localDate, snapshot: plan, pool, now }
    const composed = await composeRanked(tx, wanted, page)
    const contents = composed.map((one) => (isPlanned(one) ? one.draft.content : null))
    const stored = await storedContents(deps.db, contents, { localDate, shared })
    const fillings: FilledDigest[] = composed.map((one, i) => {
      const { recipient, draft } = one
      return isPlanned(one)
        ? { id: recipient.id, outcome: 'planned', ...draft, content: stored[i]! }
        : { id: recipient.id, outcome: 'nothing_matched', ...draft, ...NO_PAPERS }
    })
    fillings.push(...paused.map(({ id }) => ({ id, outcome: 'paused' as const })))
    onComposed?.()
    if (fillings.length === 0) return []
    await fillDigests(tx, fillings)
    const times = timesOf(deps, input)
    const { planned = [], unmatched = [] } = Object.groupBy(composed, (one) =>
      isPlanned(one) ? 'planned' : 'unmatched',
    )
    const digestsPlanned = planned.map(digestOf)
    const weeks = await smallWeeks(tx, { localDate, digests: digestsPlanned })
    const elsewhere = await readersElsewhere(deps, tx, composed.map(digestOf))
    const messages = messagesFor(input, digestsPlanned, times, { weeks, elsewhere })
    const toTell = unmatched.map(digestOf).filter(({ subscriberId }) => !elsewhere.has(subscriberId))
    const noMatches = await noMatchesFor(tx, { ...input, unmatched: toTell, times })
    await enqueue(tx, 'bulk', [...messages, ...noMatches])
    return fillings
  }
  return deps.db.$transaction(work, batchLimits())
}

interface ComposedDigest {
  recipient: DueDigest
  draft: DigestDraft
}

/** Without an address, the subscriber was erased. */
const isPlanned = ({ recipient, draft }: ComposedDigest): boolean =>
  draft.content !== null && recipient.address !== null

const digestOf = ({ recipient }: ComposedDigest): DueDigest => recipient

const NO_PAPERS = { bestDay: null, papers: [], matched: 0, content: null }

function timesOf({ config }: Deps, { plan, now, hasLimit }: FillPageInput): MessageTimes {
  const deadline = new Date((hasLimit ? plan.dueAt : now).getTime() + PLAN_WITHIN_MS)
  return { datedAt: now, notBefore: now, deadline, secretId: secretId(config.APP_SECRET[0]!) }
}

function messagesFor(
  { plan, now }: FillPageInput,
  planned: DueDigest[],
  times: MessageTimes,
  { weeks, elsewhere }: { weeks: ReadonlyMap<string, EmailedWeek>; elsewhere: ReadonlySet<string> },
): NewMessage[] {
  return planned.flatMap(({ id: digestId, subscriberId, address: toAddress, confirmedAt, ...chosen }) => {
    if (toAddress === null) return []
    const { format, detail, epoch } = chosen
    const lastWeek = weeks.get(subscriberId)
    const content: DigestMessage = { format, detail, epoch, confirmedOn: dayOf(confirmedAt ?? now), lastWeek }
    const { localDate } = plan
    const dedupe = `${subscriberId}:${localDate}`
    const skipped = elsewhere.has(subscriberId) ? ELSEWHERE : undefined
    return [
      { kind: 'digest', dedupe, localDate, subscriberId, digestId, toAddress, content, skipped, ...times },
    ]
  })
}
