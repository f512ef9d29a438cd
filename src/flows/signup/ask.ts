import { enqueue } from '../../delivery/message-store.ts'
import { countMessagesSince } from '../../delivery/subscriber-messages-store.ts'
import type { DatabaseOrTransaction } from '../../platform/database.ts'
import { randomId } from '../../platform/random.ts'
import { addressHash } from '../../subscribers/address.ts'
import { CONSENT_WORDING, NO_PAGE } from '../../subscribers/consent.ts'
import { recordConsent } from '../../subscribers/consent-store.ts'
import { secretId } from '../../subscribers/link-token.ts'
import { createSignup } from '../../subscribers/signup-store.ts'
import type { Subscriber, Wish } from '../../subscribers/subscriber.ts'
import { changeSubscriber, lockOrCreateSubscriber } from '../../subscribers/subscriber-store.ts'
import { liftSuppression, mayBeConfirmedAgain, suppressionOf } from '../../subscribers/suppression-store.ts'
import type { Deps } from '../../wiring.ts'
import type { CheckedSignup } from './read-signup.ts'

const DAY_MS = 24 * 3600 * 1000
const MOST_MAILS_A_DAY = 2
const DELIVER_WITHIN_MS = 2 * DAY_MS

/** confirmation: the button makes a subscription. add-topics: it adds topics to one that there is already. */
export const ANSWER_KINDS = ['confirmation', 'add-topics'] as const
type AnswerKind = (typeof ANSWER_KINDS)[number]

/** The content of both kinds of message. */
export interface AnswerContent extends Wish {
  signupId: number
  /** ISO 8601: also when the link in it was issued. */
  askedAt: string
}

export interface Asked {
  subscriber: Subscriber
  /** The message that was left; null where the address is suppressed, or got two within a day. */
  mail: AnswerKind | null
  /** Why there is none. */
  held?: 'suppressed' | 'limit'
}

/**
 * Writes down what somebody wishes and leaves a message with the link that makes it so; nothing else changes. Every
 * address meets the same statements up to that message.
 */
export function ask(deps: Deps, { address, wish, how }: CheckedSignup & { how: string }): Promise<Asked> {
  const { config, db, clock } = deps
  const now = clock.now()
  const hash = addressHash(address.key, config.SUPPRESSION_KEY)
  return db.$transaction(async (tx) => {
    const created = { ...address, id: randomId(80), addressHash: hash, settings: wish, now }
    const subscriber = await lockOrCreateSubscriber(tx, created)
    const signupId = await createSignup(tx, { subscriberId: subscriber.id, wish, now })
    const wording = CONSENT_WORDING.version
    await recordConsent(tx, { subscriberId: subscriber.id, at: now, event: 'asked', how, wording })
    const suppression = await suppressionOf(tx, hash)
    const recent = await countRecentMails(tx, subscriber, now)
    if (suppression && !mayBeConfirmedAgain(suppression, now))
      return { subscriber, mail: null, held: 'suppressed' }
    if (recent >= MOST_MAILS_A_DAY) return { subscriber, mail: null, held: 'limit' }
    if (suppression) await letTryAgain(tx, subscriber, now)
    const message = answerTo({ subscriber, wish, signupId, now, secretId: secretId(config.APP_SECRET[0]!) })
    await enqueue(tx, 'answers', [message])
    return { subscriber, mail: message.kind }
  })
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
  signupId: number
  secretId: string
  now: Date
}

function answerTo({ subscriber, wish, signupId, secretId, now }: Answer) {
  const joined = subscriber.state === 'active' || subscriber.state === 'paused'
  const content: AnswerContent = { ...wish, signupId, askedAt: now.toISOString() }
  return {
    kind: joined ? ('add-topics' as const) : ('confirmation' as const),
    dedupe: `signup ${signupId}`,
    subscriberId: subscriber.id,
    toAddress: subscriber.address,
    secretId,
    content,
    datedAt: now,
    notBefore: now,
    deadline: new Date(now.getTime() + DELIVER_WITHIN_MS),
  }
}
