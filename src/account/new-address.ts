import type { Config } from '../config/config.ts'
import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Deps, ServiceDeps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { FieldReader } from '../core/field-faults.ts'
import { nudgeAnswers } from '../mail/nudge-answers.ts'
import { enqueue } from '../mail/outbox/message.repo.ts'
import { type Address, addressHash, parseAddress } from '../subscribers/address.ts'
import { endBackOff, hadEnough, takeMailTo } from '../subscribers/answer-limits.ts'
import { CONSENT_WORDING } from '../subscribers/consent.ts'
import { holderOf, readLink, signLink } from '../subscribers/link-token.ts'
import { createMove, type Move, markMoveConfirmed, moveById } from '../subscribers/move.repo.ts'
import { lockSubscriber, subscriberById } from '../subscribers/subscriber.repo.ts'
import type { Subscriber } from '../subscribers/subscriber.ts'
import { suppressionOf } from '../subscribers/suppression.repo.ts'
import { linkMessage } from './account-link.ts'
import { askedBehind, linkHolder } from './link-holder.ts'
import { giveAddress } from './move-subscriber.ts'
import { domainRefusal } from './signup/subscribe.ts'

/**
 * Mails a link to an address that a subscriber gives as their new one; its button moves them. Up to two such emails a day
 * for one subscriber, and what `takeMailTo` allows for one person. Beyond that, or for a suppressed address, none is sent
 * and the page does not say so. Returns the address. Throws link.*, FieldFaults (email).
 */
export async function askForMove(
  deps: ServiceDeps,
  { token, email }: { token: string; email: string },
): Promise<Address> {
  const { config, db, clock, log } = deps
  const now = clock.now()
  const { to, ...asked } = await db.$transaction(async (tx) => {
    const subscriber = await linkHolder(deps, token, 'account', (id) => lockSubscriber(tx, id))
    const to = readAddress(config, email, subscriber)
    const mayGo = (await mayWriteTo(deps, tx, to)) && (await takeMail(deps, tx, { subscriber, to, now }))
    if (mayGo) await leaveMove(deps, tx, { subscriber, to, now })
    return { to, subscriber: subscriber.id, mail: mayGo ? 'new-address' : null }
  })
  log.info('subscriber.asked', { ...asked, how: 'account' })
  await nudgeAnswers(deps)
  return to
}

function readAddress(config: Config, email: string, { addressKey }: Subscriber): Address {
  const fields = new FieldReader()
  const address = fields.read('email', { address: '', key: '' }, () => {
    const typed = parseAddress(email)
    if (typed.key === addressKey) throw new Fault('address.unchanged')
    const refusal = domainRefusal(config, typed)
    if (refusal) throw refusal
    return typed
  })
  fields.finish()
  return address
}

async function mayWriteTo({ config }: Deps, tx: DatabaseOrTransaction, { key }: Address): Promise<boolean> {
  return (await suppressionOf(tx, addressHash(key, config.SUPPRESSION_KEY))) === null
}

/** Counts the mail for both, its cause first; false where one has had their two. */
async function takeMail({ config }: Deps, tx: DatabaseOrTransaction, move: NewMove): Promise<boolean> {
  const { subscriber, to, now } = move
  if (await hadEnough(tx, { subscriberId: subscriber.id, kind: 'new-address', now })) return false
  return takeMailTo(tx, config, { key: to.key, now })
}

interface NewMove {
  subscriber: Subscriber
  to: Address
  now: Date
}

async function leaveMove(
  { config }: Deps,
  tx: DatabaseOrTransaction,
  { subscriber, to, now }: NewMove,
): Promise<void> {
  const moveId = await createMove(tx, { subscriberId: subscriber.id, ...to, now })
  const mail = { kind: 'new-address', now, toAddress: to.address, moveId } as const
  await enqueue(tx, 'answers', [linkMessage(config, subscriber, mail)])
}

/** What the page behind the link mailed to a new address shows. */
export interface OpenedMove {
  move: Move
  subscriber: Subscriber
  /** Once they are moved: the token of the page for topics, days and hour. */
  manage: string | null
}

/** Reads, and changes nothing. Throws link.*. */
export async function openMove(deps: Deps, token: string): Promise<OpenedMove> {
  const { move, subscriber } = await moveBehind(deps, deps.db, token, subscriberById)
  const { id, epoch, addressKey } = subscriber
  const isThere = move.confirmedAt !== null && addressKey === move.key
  const link = { purpose: 'manage', id, epoch, issuedAt: deps.clock.now() } as const
  return { move, subscriber, manage: isThere ? signLink(link, deps.config.APP_SECRET[0]!) : null }
}

/**
 * The button behind that link: moves the subscriber and tells the old address. Again, it changes nothing. Throws link.*,
 * address.taken, subscriber.suppressed.
 */
export async function confirmMove(deps: ServiceDeps, token: string): Promise<void> {
  const now = deps.clock.now()
  const moved = await deps.db.$transaction(async (tx) => {
    const { move, subscriber } = await moveBehind(deps, tx, token, lockSubscriber)
    if (move.confirmedAt) return undefined
    await markMoveConfirmed(tx, move.id, now)
    await giveAddress(deps, tx, { subscriber, to: move, how: 'page', wording: CONSENT_WORDING.version, now })
    await endBackOff(tx, deps.config, { key: move.key, now })
    // To the old address: what has just been redirected went before.
    const told = linkMessage(deps.config, subscriber, { kind: 'moved', now, moveId: move.id })
    await enqueue(tx, 'answers', [told])
    return subscriber.id
  })
  if (!moved) return
  deps.log.info('subscriber.changed', { subscriber: moved, what: 'moved' })
  await nudgeAnswers(deps)
}

async function moveBehind(
  { config, clock }: Deps,
  db: DatabaseOrTransaction,
  token: string,
  subscriberWith: typeof subscriberById,
): Promise<{ move: Move; subscriber: Subscriber }> {
  const link = readLink(token, 'move', config.APP_SECRET, clock.now())
  const { asked: move, subscriber } = await askedBehind(db, { link, askedById: moveById, subscriberWith })
  if (!move.confirmedAt) holderOf(link, subscriber)
  return { move, subscriber }
}
