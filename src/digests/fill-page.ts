import { type DatabaseOrTransaction, isDatabaseUnavailable } from '../core/database/database.ts'
import { type Day, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { errorFields } from '../core/errors.ts'
import type { NewMessage } from '../mail/message.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { secretId } from '../subscribers/link-token.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import type { CandidatePool } from './candidates.repo.ts'
import { composeDigests } from './compose-digests.ts'
import { type DueDigest, type FilledDigest, fillDigests, takeDueDigests } from './digest.repo.ts'
import type { DigestDraft } from './digest-draft.ts'
import { PLAN_WITHIN_MS } from './due.ts'
import { type MessageTimes, noMatchesFor } from './no-matches.ts'
import type { OpenPlan } from './plan.repo.ts'

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
  now: Date
  /** False for a plan that the operator requested by date. */
  hasLimit: boolean
}

export interface FilledPage {
  fillings: FilledDigest[]
  /** The id of the last digest that it processed; undefined if this process has nothing left to do. */
  last: number | undefined
}

const PAGE = 200
const MAX_DURATION_MS = 60_000

/**
 * Fills the digests of a plan after the id `after`, each together with its message, in one transaction; if that fails,
 * one by one. A digest that cannot be composed stays due, so that the next tick retries it. Throws if the database is
 * unavailable.
 */
export async function fillPage(
  deps: Deps,
  input: FillPageInput,
  after: number,
  most = PAGE,
): Promise<FilledPage> {
  let taken: DueDigest[] = []
  try {
    const fillings = await fillNext(deps, input, async (tx) => {
      taken = await takeDueDigests(tx, { planId: input.plan.id, after, most })
      return taken
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
  for (let reached = after; reached < upTo; ) {
    const { fillings: made, last } = await fillPage(deps, input, reached, 1)
    fillings.push(...made)
    reached = last ?? upTo
  }
  return { fillings, last: upTo }
}

function fillNext(
  deps: Deps,
  input: FillPageInput,
  take: (tx: DatabaseOrTransaction) => Promise<DueDigest[]>,
): Promise<FilledDigest[]> {
  const work = async (tx: DatabaseOrTransaction) => {
    const digests = await take(tx)
    if (digests.length === 0) return []
    const fillings = await composeAll(tx, input, digests)
    await fillDigests(tx, fillings)
    const times = timesOf(deps, input)
    const outcomes = new Map(fillings.map(({ id, outcome }) => [id, outcome]))
    const messages = messagesFor(
      input,
      digests.filter(({ id }) => outcomes.get(id) === 'planned'),
      times,
    )
    const unmatched = digests.filter(({ id }) => outcomes.get(id) === 'nothing_matched')
    const noMatchesMessages = await noMatchesFor(tx, { ...input, unmatched, times })
    await enqueue(tx, 'digests', [...messages, ...noMatchesMessages])
    return fillings
  }
  return deps.db.$transaction(work, { timeout: MAX_DURATION_MS, maxWait: MAX_DURATION_MS })
}

async function composeAll(
  tx: DatabaseOrTransaction,
  { plan, pool, now }: FillPageInput,
  digests: DueDigest[],
): Promise<FilledDigest[]> {
  const { localDate, maxPaperId, sources } = plan
  const snapshot = { maxPaperId, sources }
  const recipients = digests.filter((digest) => !digest.paused)
  const composed = await composeDigests(tx, { recipients, localDate, snapshot, pool, now })
  const fillings = recipients.map((digest, i) => toFilled(digest, composed[i]!))
  return [...fillings, ...digests.filter((digest) => digest.paused).map(toPaused)]
}

const toPaused = ({ id }: DueDigest): FilledDigest => ({
  id,
  outcome: 'paused',
  fromPaper: null,
  toPaper: null,
  toHistory: null,
  bestDay: null,
  papers: [],
  matched: 0,
  content: null,
})

function toFilled({ id, address }: DueDigest, composed: DigestDraft): FilledDigest {
  if (composed.content && address !== null) return { id, outcome: 'planned', ...composed }
  return { id, outcome: 'nothing_matched', ...composed, bestDay: null, papers: [], matched: 0, content: null }
}

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
