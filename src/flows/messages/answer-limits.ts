import type { Config } from '../../config.ts'
import { countMessagesSince } from '../../delivery/ledger/subscriber-messages-store.ts'
import type { NewMessage } from '../../delivery/message.ts'
import { takeOneOf } from '../../platform/bucket-store.ts'
import type { DatabaseOrTransaction } from '../../platform/database.ts'
import { DAY_MS } from '../../platform/dates.ts'
import { type Address, addressHash } from '../../subscribers/address.ts'

const MOST_A_DAY = 2

/**
 * Counts one more mail to an address that somebody typed, perhaps a stranger, and tells whether it may go: two in any 24
 * hours, over all forms. The count knows the address as a code of its own, outlives whoever caused the mail, and goes
 * after a day.
 */
export function takeMailTo(
  tx: DatabaseOrTransaction,
  { SUPPRESSION_KEY }: Config,
  { key, now }: { key: Address['key']; now: Date },
): Promise<boolean> {
  const counter = {
    key: `mail ${addressHash(`mail ${key}`, SUPPRESSION_KEY)}`,
    most: MOST_A_DAY,
    withinMs: DAY_MS,
  }
  return takeOneOf(tx, { ...counter, now })
}

/** Whether whoever holds a link of a subscriber caused as many mails of a kind within a day as they may. */
export async function hadEnough(
  tx: DatabaseOrTransaction,
  { subscriberId, kind, now }: { subscriberId: string; kind: NewMessage['kind']; now: Date },
): Promise<boolean> {
  const since = new Date(now.getTime() - DAY_MS)
  return (await countMessagesSince(tx, { subscriberId, kinds: [kind], since })) >= MOST_A_DAY
}
