import { batchLimits, type Database, isDatabaseUnavailable } from '../core/database/database.ts'
import { type Day, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { errorFields } from '../core/errors.ts'
import type { NewMessage } from '../mail/message.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { secretId } from '../subscribers/links.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import type { CandidatePage, CandidatePool } from './candidates.repo.ts'
import { composeDigests, rankAhead } from './compose-digests.ts'
import { type DueDigest, type FilledDigest, fillDigests, takeDueDigests } from './digest.repo.ts'
import { PLAN_WITHIN_MS } from './due.ts'
import { type MessageTimes, noMatchesFor } from './no-matches.ts'
import type { OpenPlan } from './plan.repo.ts'
import { type SharedPapers, storedContents } from './stored-content.repo.ts'

/** The content of a message of kind digest: the data for the email besides the digest. */
export interface DigestMessage {
  format: MailFormat
  detail: MailDetail
  confirmedOn: Day
  /** The subscriber's epoch, for links to their settings. */
  epoch: number
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

interface PageOptions {
  most?: number
  /** Called with the id of the last digest of the page once it only remains to be written. */
  onComposed?: (last: number | undefined) => void
}

interface FilledPage {
  fillings: FilledDigest[]
  /** The id of the last digest that it processed; undefined if this process has nothing left to do. */
  last: number | undefined
}

const PAGE = 1000

/**
 * Fills the digests of a plan after the id `after`, each together with its message, in one transaction; if that fails,
 * one by one. A digest that cannot be composed stays due, so that the next tick retries it. Throws if the database is
 * unavailable.
 */
export async function fillPage(
  deps: Deps,
  input: FillPageInput,
  after: number,
  { most = PAGE, onComposed }: PageOptions = {},
): Promise<FilledPage> {
  // If the search thread fails, no digest of the plan can be composed. They stay due, and the next tick retries it.
  const page = await rankNext(deps, input, { after, most })
  let taken: DueDigest[] = []
  try {
    const take = async (tx: Database) => {
      taken = await takeDueDigests(tx, { planId: input.plan.id, after, most })
      return taken
    }
    const fillings = await fillNext(deps, input, {
      take,
      page,
      onComposed: () => onComposed?.(taken.at(-1)?.id),
    })
    return { fillings, last: taken.at(-1)?.id }
  } catch (error) {
    const last = taken.at(-1)?.id
    if (last === undefined || isDatabaseUnavailable(error)) throw error
    if (most > 1) return oneByOne(deps, input, after, last)
    deps.log.error('digests.failed', { planId: input.plan.id, digestId: last, ...errorFields(error) })
    return { fillings: [], last }
  }
}

async function oneByOne(deps: Deps, input: FillPageInput, after: number, upTo: number): Promise<FilledPage> {
  const fillings: FilledDigest[] = []
  const retry = { ...input, shared: input.shared.forRetry() }
  for (let reached = after; reached < upTo; ) {
    const { fillings: made, last } = await fillPage(deps, retry, reached, { most: 1 })
    fillings.push(...made)
    reached = last ?? upTo
  }
  return { fillings, last: upTo }
}

/** Ranks the topics of the digests that will probably be taken next. */
async function rankNext(
  { db }: Deps,
  { plan, pool, now }: FillPageInput,
  { after, most }: { after: number; most: number },
): Promise<CandidatePage> {
  const next = await takeDueDigests(db, { planId: plan.id, after, most })
  const recipients = next.filter(({ paused }) => !paused)
  return rankAhead(db, { recipients, localDate: plan.localDate, snapshot: plan, pool, now })
}

interface FillNextInput {
  take: (tx: Database) => Promise<DueDigest[]>
  page: CandidatePage
  onComposed: () => void
}

function fillNext(
  deps: Deps,
  input: FillPageInput,
  { take, page, onComposed }: FillNextInput,
): Promise<FilledDigest[]> {
  const { plan, pool, shared, now } = input
  const work = async (tx: Database) => {
    const digests = await take(tx)
    if (digests.length === 0) return []
    const { paused = [], due = [] } = Object.groupBy(digests, (digest) => (digest.paused ? 'paused' : 'due'))
    const { localDate } = plan
    const wanted = { recipients: due, localDate, snapshot: plan, pool, now }
    const drafts = await composeDigests(tx, wanted, page)
    // Without an address, the subscriber was erased.
    const isPlanned = due.map(({ address }, i) => drafts[i]!.content !== null && address !== null)
    const contents = drafts.map(({ content }, i) => (isPlanned[i] ? content : null))
    const stored = await storedContents(deps.db, contents, { localDate, shared })
    const fillings: FilledDigest[] = due.map(({ id }, i) =>
      isPlanned[i]
        ? { id, outcome: 'planned', ...drafts[i]!, content: stored[i]! }
        : { id, outcome: 'nothing_matched', ...drafts[i]!, ...NO_PAPERS },
    )
    fillings.push(...paused.map(({ id }) => ({ id, outcome: 'paused' as const })))
    onComposed()
    await fillDigests(tx, fillings)
    const times = timesOf(deps, input)
    const messages = messagesFor(
      input,
      due.filter((_, i) => isPlanned[i]),
      times,
    )
    const unmatched = due.filter((_, i) => !isPlanned[i])
    const noMatchesMessages = await noMatchesFor(tx, { ...input, unmatched, times })
    await enqueue(tx, 'bulk', [...messages, ...noMatchesMessages])
    return fillings
  }
  return deps.db.$transaction(work, batchLimits())
}

const NO_PAPERS = { bestDay: null, papers: [], matched: 0, content: null }

function timesOf({ config }: Deps, { plan, now, hasLimit }: FillPageInput): MessageTimes {
  const deadline = new Date((hasLimit ? plan.dueAt : now).getTime() + PLAN_WITHIN_MS)
  return { datedAt: now, notBefore: now, deadline, secretId: secretId(config.APP_SECRET[0]!) }
}

function messagesFor({ plan, now }: FillPageInput, planned: DueDigest[], times: MessageTimes): NewMessage[] {
  return planned.flatMap(({ id: digestId, subscriberId, address: toAddress, confirmedAt, ...chosen }) => {
    if (toAddress === null) return []
    const { format, detail, epoch } = chosen
    const content: DigestMessage = { format, detail, epoch, confirmedOn: dayOf(confirmedAt ?? now) }
    const dedupe = `${subscriberId}:${plan.localDate}`
    return [{ kind: 'digest', dedupe, subscriberId, digestId, toAddress, content, ...times }]
  })
}
