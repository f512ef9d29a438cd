import type { Database } from '../core/database/database.ts'
import { DAY_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { undefinedIfFault } from '../core/errors.ts'
import { addressesMailedSince, messageRecipient } from '../mail/outbox/message-list.repo.ts'
import { type Address, parseAddress } from '../subscribers/address.ts'
import { readReturnAddress, readReturnToken } from '../subscribers/return-address.ts'
import { subscriberById, subscriberByKey } from '../subscribers/subscriber.repo.ts'
import type { FoundBy } from './bounce.repo.ts'
import { PROVIDERS } from './providers/registry.ts'
import type { BounceEvent } from './reading/parsed-bounce.ts'

export interface BounceSubject {
  foundBy: FoundBy
  messageId: string | null
  subscriberId: string | null
  /** The address that the email went to; null if it was erased. */
  address: string | null
}

export interface FindSubjectInput {
  event: BounceEvent
  /** Envelope recipient of the report. */
  envelope: string | null
  /** The sender proved its identity, as a provider's webhook does. */
  isProven: boolean
  at: Date
}

/**
 * Finds the message by the token in the envelope recipient, which no one can forge; by the token in a field of the
 * returned email; or by its Message-ID, which only people who saw that email know. Anyone can write an email about any
 * address. So an address without a message counts only if a provider names it, the email is not from another program,
 * and we sent it an email recently. Returns null if the report is not about our email.
 */
export async function findSubject(
  deps: Pick<Deps, 'config'>,
  db: Database,
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
    (await byMessage(db, event.about, { inEnvelope: named?.id, secrets: APP_SECRET })) ??
    (isProven ? byAddress(db, input) : null)
  )
}

/** "<digest.ID@papers.example>" → ID; undefined for a Message-ID of another form. */
const parseOwnMessageId = (field: string): string | undefined =>
  /^<?[a-z-]+\.([\w-]{16})@[^\s<>@]+>?$/.exec(field.trim())?.[1]

/** The message of the first of these ids, most trusted first, that names one. */
async function byMessage(
  db: Database,
  { tokens, messageIds }: BounceEvent['about'],
  { inEnvelope, secrets }: { inEnvelope?: string; secrets: readonly string[] },
): Promise<BounceSubject | null> {
  const idOf = (token: string) => readReturnToken(token.trim(), 'bounce', secrets)?.id
  const ids: { foundBy: FoundBy; id?: string }[] = [
    { foundBy: 'token', id: inEnvelope },
    ...tokens.map((token) => ({ foundBy: 'field' as const, id: idOf(token) })),
    ...messageIds.map((field) => ({ foundBy: 'message-id' as const, id: parseOwnMessageId(field) })),
  ]
  for (const { foundBy, id } of ids) {
    const message = id === undefined ? null : await messageRecipient(db, id)
    if (message)
      return {
        foundBy,
        messageId: message.id,
        subscriberId: message.subscriberId,
        address: message.toAddress,
      }
  }
  return null
}

const MAILED_WITHIN_DAYS = 30

async function byAddress(db: Database, { event, at }: FindSubjectInput): Promise<BounceSubject | null> {
  const address = tryParseAddress(event.recipient)
  if (!address || event.about.messageIds.some(isOfAnotherProgram)) return null
  const subscriber = await subscriberByKey(db, address.key)
  if (!subscriber) return null
  const since = new Date(at.getTime() - MAILED_WITHIN_DAYS * DAY_MS)
  const mailed = await addressesMailedSince(db, { subscriberId: subscriber.id, since })
  if (!mailed.some((to) => tryParseAddress(to)?.key === address.key)) return null
  return { foundBy: 'provider', messageId: null, subscriberId: subscriber.id, address: address.address }
}

/** The Message-ID is neither ours nor one that a provider puts in its place. */
const isOfAnotherProgram = (messageId: string): boolean =>
  messageId.includes('@') && !PROVIDERS.some((provider) => provider.messageId.test(messageId.trim()))

/**
 * Whether a report is about the mailbox that we sent to, not one that the email was forwarded to: the same address, or
 * the same name on a host of the same domain. True if the report names no address.
 */
export function isOwnMailbox(recipient: string | null, address: string): boolean {
  const [named, own] = [tryParseAddress(recipient)?.key, tryParseAddress(address)?.key]
  if (!named || !own || named === own) return true
  const [[name, host = ''], [ownName, ownHost = '']] = [named.split('@'), own.split('@')]
  return name === ownName && (host.endsWith(`.${ownHost}`) || ownHost.endsWith(`.${host}`))
}

export const tryParseAddress = (text: string | null): Address | undefined =>
  undefinedIfFault(() => parseAddress(text ?? ''))
