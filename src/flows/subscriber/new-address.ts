import { enqueue } from '../../delivery/message-store.ts'
import { takeTokens } from '../../platform/bucket-store.ts'
import type { DatabaseOrTransaction } from '../../platform/database.ts'
import { Fault } from '../../platform/errors.ts'
import { FieldReader } from '../../platform/field-faults.ts'
import { type Address, addressHash, parseAddress } from '../../subscribers/address.ts'
import { CONSENT_WORDING } from '../../subscribers/consent.ts'
import { readLink, signLink } from '../../subscribers/link-token.ts'
import { createMove, type Move, markMoveConfirmed, moveById } from '../../subscribers/move-store.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import { lockSubscriber, subscriberById } from '../../subscribers/subscriber-store.ts'
import { suppressionOf } from '../../subscribers/suppression-store.ts'
import type { Deps, ServiceDeps } from '../../wiring.ts'
import { nudgeAnswers } from '../messages/nudge-answers.ts'
import { hadEnough, linkMessage } from './account-link.ts'
import { linkHolder } from './link-holder.ts'
import { giveAddress } from './move-subscriber.ts'

const DAY_SECONDS = 24 * 3600
const MOST_A_DAY = 2

/**
 * Mails a link to an address that a subscriber gives as their new one; its button moves them. Two such mails a day of one
 * subscriber, and two to one address, whoever asks; beyond that, and for a suppressed address, none, and nothing tells.
 * Throws link.*, FieldFaults (email).
 */
export async function askForMove(
  deps: ServiceDeps,
  { token, email }: { token: string; email: string },
): Promise<void> {
  const { db, clock, log } = deps
  const to = readAddress(email)
  const now = clock.now()
  const asked = await db.$transaction(async (tx) => {
    const subscriber = await linkHolder(deps, token, 'account', (id) => lockSubscriber(tx, id))
    const isHeld = (await hadEnough(tx, subscriber, 'new-address', now)) || (await isClosed(deps, tx, to))
    if (!isHeld) await leaveMove(deps, tx, { subscriber, to, now })
    return { subscriber: subscriber.id, mail: isHeld ? null : 'new-address' }
  })
  log.info('subscriber.asked', { ...asked, how: 'account' })
  await nudgeAnswers(deps)
}

function readAddress(email: string): Address {
  const fields = new FieldReader()
  const address = fields.read('email', { address: '', key: '' }, () => parseAddress(email))
  fields.finish()
  return address
}

async function isClosed({ config }: Deps, tx: DatabaseOrTransaction, { key }: Address): Promise<boolean> {
  const hash = addressHash(key, config.SUPPRESSION_KEY)
  const bucket = { key: `move ${hash}`, capacity: MOST_A_DAY, perSecond: MOST_A_DAY / DAY_SECONDS }
  const { allowed } = await takeTokens(tx, bucket)
  return (await suppressionOf(tx, hash)) !== null || !allowed
}

async function leaveMove(
  { config }: Deps,
  tx: DatabaseOrTransaction,
  { subscriber, to, now }: { subscriber: Subscriber; to: Address; now: Date },
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
  find: typeof subscriberById,
): Promise<{ move: Move; subscriber: Subscriber }> {
  const { id, epoch } = readLink(token, 'move', config.APP_SECRET, clock.now())
  const found = await moveById(db, Number(id))
  const subscriber = found && (await find(db, found.subscriberId))
  // Once more, now that nobody else can be pressing its button.
  const move = subscriber && (await moveById(db, found.id))
  if (!move || (!move.confirmedAt && subscriber.epoch !== epoch)) throw new Fault('link.unknown')
  return { move, subscriber }
}
