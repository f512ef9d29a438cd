import { type DatabaseOrTransaction, isDatabaseAway } from '../core/database/database.ts'
import { type Day, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { failureOf } from '../core/errors.ts'
import type { NewMessage } from '../mail/message.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { secretId } from '../subscribers/link-token.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import { composeDigests } from './compose-digests.ts'
import type { Composed } from './composed.ts'
import { type DueDigest, type Filling, fillDigests, takeDueDigests } from './digest.repo.ts'
import { PLAN_WITHIN_MS } from './due.ts'
import { type MessageTimes, notesFor } from './notes.ts'
import type { OpenPlan } from './plan.repo.ts'
import type { OpenShelf } from './shelf.repo.ts'

/** The content of a message of kind digest: what its mail says besides the digest. */
export interface DigestMessage {
  format: MailFormat
  detail: MailDetail
  confirmedOn: Day
  /** The subscriber's, for links to their settings. */
  epoch: number
}

export interface PageInput {
  plan: OpenPlan
  shelf: OpenShelf
  now: Date
  /** Not for a plan that the operator asked for by name. */
  hasLimit: boolean
}

export interface Page {
  fillings: Filling[]
  /** The id of the last digest that it dealt with; undefined when nothing is left to this process. */
  last: number | undefined
}

const PAGE = 200
const MAX_DURATION_MS = 60_000

/**
 * Fills the digests of a plan that come after the id `after`, each together with its message, in one transaction; one
 * by one where that fails. One that cannot be made stays due, so that the next tick tries it again. Throws where the
 * database is away.
 */
export async function fillPage(deps: Deps, input: PageInput, after: number, most = PAGE): Promise<Page> {
  let taken: DueDigest[] = []
  try {
    const fillings = await fillNext(deps, input, async (tx) => {
      taken = await takeDueDigests(tx, { planId: input.plan.id, after, most })
      return taken
    })
    return { fillings, last: taken.at(-1)?.id }
  } catch (error) {
    const last = taken.at(-1)?.id
    if (last === undefined || isDatabaseAway(error)) throw error
    if (most > 1) return oneByOne(deps, input, after, last)
    deps.log.error('digests.failed', { planId: input.plan.id, digestId: last, ...failureOf(error) })
    return { fillings: [], last }
  }
}

async function oneByOne(deps: Deps, input: PageInput, after: number, upTo: number): Promise<Page> {
  const fillings: Filling[] = []
  for (let reached = after; reached < upTo; ) {
    const { fillings: made, last } = await fillPage(deps, input, reached, 1)
    fillings.push(...made)
    reached = last ?? upTo
  }
  return { fillings, last: upTo }
}

function fillNext(
  deps: Deps,
  input: PageInput,
  take: (tx: DatabaseOrTransaction) => Promise<DueDigest[]>,
): Promise<Filling[]> {
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
    const quiet = digests.filter(({ id }) => outcomes.get(id) === 'nothing_matched')
    const notes = await notesFor(tx, { ...input, quiet, times })
    await enqueue(tx, 'digests', [...messages, ...notes])
    return fillings
  }
  return deps.db.$transaction(work, { timeout: MAX_DURATION_MS, maxWait: MAX_DURATION_MS })
}

async function composeAll(
  tx: DatabaseOrTransaction,
  { plan, shelf, now }: PageInput,
  digests: DueDigest[],
): Promise<Filling[]> {
  const { localDate, horizon, sources } = plan
  const snapshot = { horizon, sources }
  const recipients = digests.filter((digest) => !digest.paused)
  const composed = await composeDigests(tx, { recipients, localDate, snapshot, shelf, now })
  const fillings = recipients.map((digest, i) => filling(digest, composed[i]!))
  return [...fillings, ...digests.filter((digest) => digest.paused).map(paused)]
}

const paused = ({ id }: DueDigest): Filling => ({
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

function filling({ id, address }: DueDigest, composed: Composed): Filling {
  if (composed.content && address !== null) return { id, outcome: 'planned', ...composed }
  return { id, outcome: 'nothing_matched', ...composed, bestDay: null, papers: [], matched: 0, content: null }
}

function timesOf({ config }: Deps, { plan, now, hasLimit }: PageInput): MessageTimes {
  const deadline = new Date((hasLimit ? plan.dueAt : now).getTime() + PLAN_WITHIN_MS)
  return { datedAt: now, notBefore: now, deadline, secretId: secretId(config.APP_SECRET[0]!) }
}

function messagesFor({ plan, now }: PageInput, planned: DueDigest[], times: MessageTimes): NewMessage[] {
  return planned.flatMap(({ id: digestId, subscriberId, address: toAddress, confirmedAt, ...chosen }) => {
    if (toAddress === null) return []
    const { format, detail, epoch } = chosen
    const content: DigestMessage = { format, detail, epoch, confirmedOn: dayOf(confirmedAt ?? now) }
    const dedupe = `${subscriberId}:${plan.localDate}`
    return [{ kind: 'digest', dedupe, subscriberId, digestId, toAddress, content, ...times }]
  })
}
