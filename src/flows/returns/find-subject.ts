import type { FoundBy } from '../../bounces/returned-store.ts'
import type { Told } from '../../bounces/told.ts'
import { messageAbout } from '../../delivery/ledger/message-about-store.ts'
import type { DatabaseOrTransaction } from '../../platform/database.ts'
import { type Address, parseAddress } from '../../subscribers/address.ts'
import { readReturnAddress, readReturnToken } from '../../subscribers/return-address.ts'
import { subscriberById, subscriberByKey } from '../../subscribers/subscriber-store.ts'
import type { Deps } from '../../wiring.ts'

/** Whom a return is about, and how that was found. */
export interface Subject {
  foundBy: FoundBy
  messageId: string | null
  subscriberId: string | null
  /** What the mail went to; null where it was erased since. */
  address: string | null
}

export interface FindInput {
  told: Told
  /** The envelope recipient of the report. */
  envelope: string | null
  /** Its sender proved who they are, as a maker's webhook does. */
  isProven: boolean
}

/**
 * By the token in the envelope recipient, which nobody can forge; by the one in the field of the mail that was sent
 * back; by its Message-ID, which only who saw that mail can know. An address alone counts where a maker names it: anybody
 * can write a mail about anybody. Null where nobody of ours is found.
 */
export async function findSubject(
  { config: { APP_SECRET } }: Pick<Deps, 'config'>,
  db: DatabaseOrTransaction,
  { told, envelope, isProven }: FindInput,
): Promise<Subject | null> {
  const { tokens, messageIds } = told.about
  const named = envelope ? readReturnAddress(envelope, APP_SECRET) : undefined
  if (named?.purpose === 'unsubscribe') {
    const subscriber = await subscriberById(db, named.id)
    return { foundBy: 'token', messageId: null, subscriberId: subscriber?.id ?? null, address: null }
  }
  const inField = tokens.map((token) => readReturnToken(token.trim(), 'bounce', APP_SECRET)?.id)
  const candidates: [FoundBy, string | undefined][] = [
    ['token', named?.purpose === 'bounce' ? named.id : undefined],
    ...inField.map((id): [FoundBy, string | undefined] => ['field', id]),
    ...messageIds.map((id): [FoundBy, string | undefined] => ['message-id', idIn(id)]),
  ]
  for (const [foundBy, id] of candidates) {
    const message = id === undefined ? null : await messageAbout(db, id)
    if (message)
      return {
        foundBy,
        messageId: message.id,
        subscriberId: message.subscriberId,
        address: message.toAddress,
      }
  }
  const address = isProven ? addressIn(told.recipient) : undefined
  if (!address) return null
  const subscriber = await subscriberByKey(db, address.key)
  return {
    foundBy: 'maker',
    messageId: null,
    subscriberId: subscriber?.id ?? null,
    address: address.address,
  }
}

/** "<digest.ID@papers.example>" → ID. */
const idIn = (messageId: string): string | undefined =>
  /^<?[a-z-]+\.([\w-]{16})@[^\s<>@]+>?$/.exec(messageId.trim())?.[1]

/** Whether a report speaks of the mailbox that the mail went to, and not of one that it was passed on to. */
export function isOwnMailbox(recipient: string | null, address: string): boolean {
  const [named, own] = [addressIn(recipient)?.key, addressIn(address)?.key]
  // A server may know its users by another domain; of one that writes no address, nothing can be said.
  return !named || !own || named === own || localPart(named) === localPart(own)
}

const localPart = (key: string): string => key.slice(0, key.lastIndexOf('@'))

export function addressIn(text: string | null): Address | undefined {
  try {
    return parseAddress(text ?? '')
  } catch {
    return undefined
  }
}
