import { enqueue } from '../../delivery/message-store.ts'
import { countMessagesSince } from '../../delivery/subscriber-messages-store.ts'
import type { DatabaseOrTransaction } from '../../platform/database.ts'
import { randomId } from '../../platform/random.ts'
import { addressHash } from '../../subscribers/address.ts'
import { CONSENT_WORDING, NO_PAGE } from '../../subscribers/consent.ts'
import { recordConsent } from '../../subscribers/consent-store.ts'
import { secretId } from '../../subscribers/link-token.ts'
import { createSignup, newestUnconfirmedSignup } from '../../subscribers/signup-store.ts'
import type { Subscriber, Wish } from '../../subscribers/subscriber.ts'
import { changeSubscriber, lockOrCreateSubscriber } from '../../subscribers/subscriber-store.ts'
import {
  liftSuppression,
  mayBeConfirmedAgain,
  type Suppression,
  suppressionOf,
} from '../../subscribers/suppression-store.ts'
import type { Deps } from '../../wiring.ts'
import type { LinkMessage } from '../messages/link-mails.ts'
import { isJoined } from './grant.ts'
import type { CheckedSignup } from './read-signup.ts'

const DAY_MS = 24 * 3600 * 1000
const MOST_MAILS_A_DAY = 2
const DELIVER_WITHIN_MS = 2 * DAY_MS
/** As long as the link in a confirmation works. */
const AGAIN_WITHIN_MS = 7 * DAY_MS

/**
 * confirmation: the button makes a subscription. add-topics: it adds topics to one that there is already. manage-link:
 * to somebody who subscribes already and named no topic.
 */
export const ANSWER_KINDS = ['confirmation', 'add-topics', 'manage-link'] as const
type AnswerKind = (typeof ANSWER_KINDS)[number]

/** The content of a confirmation and of an add-topics message; a manage-link has a LinkMessage. */
export interface AnswerContent extends Wish {
  signupId: number
  /** ISO 8601: also when the link in it was issued. */
  askedAt: string
}

export interface AskInput extends CheckedSignup {
  how: string
  /** What was asked for last and not confirmed counts once more, where there is something; else the wish. */
  again?: boolean
  /** They want their link and no topics: whoever has none yet is asked what they asked for last, or nothing special. */
  link?: boolean
  /** Nobody who does not subscribe yet gets a mail. */
  closed?: boolean
}

export interface Asked {
  subscriber: Subscriber
  /** The message that was left; null where none goes out. */
  mail: AnswerKind | null
  /** Why there is none: suppressed, two within a day, nobody new is taken. */
  held?: 'suppressed' | 'limit' | 'closed'
}

/**
 * Writes down what somebody wishes and leaves a message with the link that makes it so; nothing else changes. Every
 * address meets the same statements up to that message.
 */
export function ask(deps: Deps, input: AskInput): Promise<Asked> {
  const { config, db, clock } = deps
  const { address, link, closed } = input
  const now = clock.now()
  const hash = addressHash(address.key, config.SUPPRESSION_KEY)
  return db.$transaction(async (tx) => {
    const created = { ...address, id: randomId(80), addressHash: hash, settings: input.wish, now }
    const subscriber = await lockOrCreateSubscriber(tx, created)
    const wish = await wishOf(tx, subscriber, input, now)
    const signupId = await createSignup(tx, { subscriberId: subscriber.id, wish, now })
    await recordAsked(tx, subscriber, input, now)
    const suppression = await suppressionOf(tx, hash)
    const recent = await countRecentMails(tx, subscriber, now)
    const held = whyHeld({ subscriber, suppression, recent, closed, now })
    if (held === 'suppressed' || held === 'limit') return { subscriber, mail: null, held }
    if (suppression && !held) await letTryAgain(tx, subscriber, now)
    const signer = secretId(config.APP_SECRET[0]!)
    const message = answerTo({ subscriber, wish, link, signupId, now, secretId: signer })
    // One that is held lies there like any other, and is too late: a stranger's address takes no less time.
    await enqueue(tx, 'answers', [held ? { ...message, deadline: now } : message])
    return held ? { subscriber, mail: null, held } : { subscriber, mail: message.kind }
  })
}

/** What a link asks for beside it is nothing: settings that somebody has already must not change with it. */
async function wishOf(
  tx: DatabaseOrTransaction,
  { id, zone, hour, days, maxPapers, format, detail }: Subscriber,
  { wish, again, link }: AskInput,
  now: Date,
): Promise<Wish> {
  if (!again && !link) return wish
  const since = new Date(now.getTime() - AGAIN_WITHIN_MS)
  const last = await newestUnconfirmedSignup(tx, { subscriberId: id, since })
  if (last) return last.wish
  return link ? { topics: [], zone, hour, days, maxPapers, format, detail } : wish
}

function recordAsked(
  tx: DatabaseOrTransaction,
  { id }: Subscriber,
  { how, link }: AskInput,
  now: Date,
): Promise<void> {
  const wording = link ? NO_PAGE : CONSENT_WORDING.version
  return recordConsent(tx, { subscriberId: id, at: now, event: 'asked', how, wording })
}

interface Holding {
  subscriber: Subscriber
  suppression: Suppression | null
  recent: number
  closed?: boolean
  now: Date
}

function whyHeld({ subscriber, suppression, recent, closed, now }: Holding): Asked['held'] {
  if (suppression && !mayBeConfirmedAgain(suppression, now)) return 'suppressed'
  if (recent >= MOST_MAILS_A_DAY) return 'limit'
  return closed && !isJoined(subscriber) ? 'closed' : undefined
}

function countRecentMails(tx: DatabaseOrTransaction, { id }: Subscriber, now: Date): Promise<number> {
  const since = new Date(now.getTime() - DAY_MS)
  return countMessagesSince(tx, { subscriberId: id, kinds: ANSWER_KINDS, since })
}

/** An address that was dead gets a confirmation, and nothing else until the button is pressed. */
async function letTryAgain(tx: DatabaseOrTransaction, subscriber: Subscriber, now: Date): Promise<void> {
  const { id, state, addressHash } = subscriber
  await liftSuppression(tx, addressHash, now)
  if (state !== 'suppressed') return
  await changeSubscriber(tx, id, { state: 'unsubscribed', stateBefore: null })
  await recordConsent(tx, {
    subscriberId: id,
    at: now,
    event: 'unsuppressed',
    how: 'asked again',
    wording: NO_PAGE,
  })
}

interface Answer {
  subscriber: Subscriber
  wish: Wish
  link?: boolean
  signupId: number
  secretId: string
  now: Date
}

function answerTo({ subscriber, wish, link, signupId, secretId, now }: Answer) {
  return {
    ...answerOf({ subscriber, wish, link, signupId, now }),
    dedupe: `signup ${signupId}`,
    subscriberId: subscriber.id,
    toAddress: subscriber.address,
    secretId,
    datedAt: now,
    notBefore: now,
    deadline: new Date(now.getTime() + DELIVER_WITHIN_MS),
  }
}

function answerOf({ subscriber, wish, link, signupId, now }: Omit<Answer, 'secretId'>) {
  const { epoch, zone, format } = subscriber
  const content: AnswerContent = { ...wish, signupId, askedAt: now.toISOString() }
  if (!isJoined(subscriber)) return { kind: 'confirmation' as const, content }
  if (!link && wish.topics.length > 0) return { kind: 'add-topics' as const, content }
  return { kind: 'manage-link' as const, content: { epoch, zone, format } satisfies LinkMessage }
}
