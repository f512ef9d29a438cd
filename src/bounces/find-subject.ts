import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { DAY_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { addressesMailedSince, messageRecipient } from '../mail/outbox/message-recipient.repo.ts'
import { type Address, parseAddress } from '../subscribers/address.ts'
import { readReturnAddress, readReturnToken } from '../subscribers/return-address.ts'
import { subscriberById, subscriberByKey } from '../subscribers/subscriber.repo.ts'
import type { FoundBy } from './bounce.repo.ts'
import type { BounceEvent } from './bounce-event.ts'
import { parseOwnMessageId } from './own-message-id.ts'

/** Whom a return is about, and how that was found. */
export interface BounceSubject {
  foundBy: FoundBy
  messageId: string | null
  subscriberId: string | null
  /** What the mail went to; null where it was erased since. */
  address: string | null
}

export interface FindSubjectInput {
  event: BounceEvent
  /** The envelope recipient of the report. */
  envelope: string | null
  /** Its sender proved who they are, as a maker's webhook does. */
  isProven: boolean
  /** When the report came. */
  at: Date
}

/**
 * By the token in the envelope recipient, which nobody can forge; by the one in the field of the mail that was sent
 * back; by its Message-ID, which only who saw that mail knows. Anybody can write a mail about anybody: an address alone
 * counts where a maker names it, for no other program's mail, and we mailed it not long ago. Null: nobody of ours.
 */
export async function findSubject(
  deps: Pick<Deps, 'config'>,
  db: DatabaseOrTransaction,
  input: FindSubjectInput,
): Promise<BounceSubject | null> {
  const { APP_SECRET } = deps.config
  const { envelope, event, isProven } = input
  const named = envelope ? readReturnAddress(envelope, APP_SECRET) : undefined
  if (named?.purpose === 'unsubscribe') {
    const subscriber = await subscriberById(db, named.id)
    return { foundBy: 'token', messageId: null, subscriberId: subscriber?.id ?? null, address: null }
  }
  return (
    (await byMessage(db, idsIn(event.about, named?.id, APP_SECRET))) ??
    (isProven ? byAddress(db, input) : null)
  )
}

/** In the order in which they are believed. */
function idsIn(
  { tokens, messageIds }: BounceEvent['about'],
  inEnvelope: string | undefined,
  secrets: readonly string[],
): [FoundBy, string][] {
  const ids: [FoundBy, string | undefined][] = [
    ['token', inEnvelope],
    ...tokens.map((token): [FoundBy, string | undefined] => [
      'field',
      readReturnToken(token.trim(), 'bounce', secrets)?.id,
    ]),
    ...messageIds.map((id): [FoundBy, string | undefined] => ['message-id', parseOwnMessageId(id)]),
  ]
  return ids.filter((one): one is [FoundBy, string] => one[1] !== undefined)
}

async function byMessage(
  db: DatabaseOrTransaction,
  ids: readonly [FoundBy, string][],
): Promise<BounceSubject | null> {
  for (const [foundBy, id] of ids) {
    const message = await messageRecipient(db, id)
    if (!message) continue
    const { subscriberId, toAddress: address } = message
    return { foundBy, messageId: message.id, subscriberId, address }
  }
  return null
}

const MAILED_WITHIN_DAYS = 30

async function byAddress(
  db: DatabaseOrTransaction,
  { event, at }: FindSubjectInput,
): Promise<BounceSubject | null> {
  const address = tryParseAddress(event.recipient)
  if (!address || event.about.messageIds.some(isOfAnotherProgram)) return null
  const subscriber = await subscriberByKey(db, address.key)
  if (!subscriber) return null
  const since = new Date(at.getTime() - MAILED_WITHIN_DAYS * DAY_MS)
  const mailed = await addressesMailedSince(db, { subscriberId: subscriber.id, since })
  if (!mailed.some((to) => tryParseAddress(to)?.key === address.key)) return null
  return { foundBy: 'maker', messageId: null, subscriberId: subscriber.id, address: address.address }
}

/** What makers put in the place of a Message-ID tells nothing; any other that is none of ours is of another program. */
const PROVIDER_MESSAGE_ID =
  /(?:amazonses\.com|sendgrid\.(?:net|com|info)|ismtpd[\w.-]*|mailgun\.(?:org|net|info)|mailin\.fr|sendinblue\.com|brevo\.com|mtasv\.net|postmarkapp\.com)>?$/i

const isOfAnotherProgram = (messageId: string): boolean =>
  messageId.includes('@') && !PROVIDER_MESSAGE_ID.test(messageId.trim())

/**
 * Whether a report speaks of the mailbox that the mail went to, and not of one that it was passed on to: the same address,
 * or the same name on a host of the same domain. Of one that writes no address, nothing can be said.
 */
export function isOwnMailbox(recipient: string | null, address: string): boolean {
  const [named, own] = [tryParseAddress(recipient)?.key, tryParseAddress(address)?.key]
  if (!named || !own || named === own) return true
  const [[name, host = ''], [ownName, ownHost = '']] = [named.split('@'), own.split('@')]
  return name === ownName && (host.endsWith(`.${ownHost}`) || ownHost.endsWith(`.${host}`))
}

export function tryParseAddress(text: string | null): Address | undefined {
  try {
    return parseAddress(text ?? '')
  } catch {
    return undefined
  }
}
