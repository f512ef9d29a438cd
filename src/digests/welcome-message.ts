import { withTimeout } from '../core/clock.ts'
import { batchLimits, type Database, isDatabaseUnavailable } from '../core/database/database.ts'
import { type Day, dayOf, midnight } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { errorText, Fault } from '../core/errors.ts'
import type { TakenMessage } from '../mail/message.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { addToContent, messageContent } from '../mail/outbox/subscriber-messages.repo.ts'
import { lockSubscriber, subscriberById } from '../subscribers/subscriber.repo.ts'
import type { MailDetail, MailFormat } from '../subscribers/subscriber.ts'
import { transactionalMessage } from '../subscribers/transactional-message.ts'
import {
  type ComposedWelcome,
  composeWelcomeFor,
  NO_PAPERS,
  papersMailedTo,
  welcomeSince,
} from './compose-welcome.ts'
import { nextDue } from './due.ts'

/** The content of a message of kind welcome when it is enqueued. */
interface PendingWelcome {
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

/** Its content once it is composed: everything in its email except the links. */
export interface WelcomeMessage extends PendingWelcome, ComposedWelcome {}

export const isComposed = (welcome: PendingWelcome | WelcomeMessage): welcome is WelcomeMessage =>
  'content' in welcome

interface EnqueueWelcomeInput {
  signupId: number
  /** Confirmed, and locked by the transaction. */
  subscriberId: string
  now: Date
}

/**
 * Enqueues the email that welcomes a new subscriber, at the time that is recorded as that of the confirmation. Its papers
 * are selected when it is sent.
 */
export async function enqueueWelcome(
  deps: Deps,
  tx: Database,
  { signupId, subscriberId, now }: EnqueueWelcomeInput,
): Promise<void> {
  const subscriber = (await subscriberById(tx, subscriberId))!
  const { hour, zone, epoch, format, detail } = subscriber
  const content: PendingWelcome = {
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

/** The welcome of a signup that was confirmed then; null if it had none, or its content was deleted. */
export const welcomeOf = (
  db: Database,
  { id, confirmedAt }: { id: number; confirmedAt: Date },
): Promise<PendingWelcome | WelcomeMessage | null> =>
  messageContent(db, {
    kind: 'welcome',
    dedupe: dedupeOf(id),
    localDate: midnight(dayOf(confirmedAt)),
  })

const dedupeOf = (signupId: number): string => `signup ${signupId}`

/**
 * The content of a welcome that is about to be sent. Its papers are selected once and stored before it is sent, so that
 * a retry has the same bytes and digests do not repeat them. Throws message.without-content.
 */
export async function composedWelcome(
  deps: Deps,
  message: TakenMessage,
  content: PendingWelcome | WelcomeMessage,
): Promise<WelcomeMessage> {
  if (isComposed(content)) return content
  const composed = await tryToCompose(deps, message)
  return deps.db.$transaction((tx) => storeOnce(deps, tx, message, composed), batchLimits())
}

/** Confirmations of others wait behind a welcome. */
const MAX_WAIT_MS = 20_000

/**
 * Problems with papers, queries or the search thread must not prevent a welcome. If the database is unavailable, the
 * message is tried again: then storing fails too.
 */
async function tryToCompose(
  deps: Deps,
  { subscriberId, datedAt: confirmedAt }: TakenMessage,
): Promise<ComposedWelcome> {
  try {
    return await withTimeout(MAX_WAIT_MS, composeWelcomeFor(deps, { subscriberId, confirmedAt }))
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error
    deps.log.error('welcome.failed', { subscriber: subscriberId, what: errorText(error) })
    return NO_PAPERS
  }
}

/** Planners lock the subscriber too. */
async function storeOnce(
  { clock }: Deps,
  tx: Database,
  { id, subscriberId, datedAt }: TakenMessage,
  composed: ComposedWelcome,
): Promise<WelcomeMessage> {
  await lockSubscriber(tx, subscriberId)
  const stored = await messageContent<PendingWelcome | WelcomeMessage>(tx, { id })
  if (!stored) throw new Fault('message.without-content', { id })
  if (isComposed(stored)) return stored
  const mailed = await papersMailedTo(tx, { subscriberId, since: welcomeSince(datedAt), now: clock.now() })
  // A digest that was planned in the meantime may show them.
  const welcome = composed.papers.some((paper) => mailed.includes(paper)) ? NO_PAPERS : composed
  await addToContent(tx, id, welcome)
  return { ...stored, ...welcome }
}
