import type { Config } from '../../config/config.ts'
import type { Database } from '../../core/database/database.ts'
import type { PrivateAddress as AddressRow } from '../../generated/prisma/client.ts'
import { secretId } from '../../subscribers/links.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'

/** The page of kept papers, which can change them; their feed; the feed of one's digests. */
export const ADDRESS_PURPOSES = ['kept', 'kept-feed', 'feed'] as const
export type AddressPurpose = (typeof ADDRESS_PURPOSES)[number]

export type PrivateAddress = Omit<AddressRow, 'purpose'> & { purpose: AddressPurpose }

type Holder = Pick<Subscriber, 'id' | 'epoch'>

/** The addresses of a subscriber that work now. */
export async function privateAddresses(
  db: Database,
  { id: subscriberId, epoch }: Holder,
): Promise<Partial<Record<AddressPurpose, PrivateAddress>>> {
  const rows = (await db.privateAddress.findMany({
    where: { subscriberId, epoch, endedAt: null },
  })) as PrivateAddress[]
  return Object.fromEntries(rows.map((row) => [row.purpose, row]))
}

/** Makes an address; an earlier one for the same purpose ends, and its choice of only the feed with it. */
export async function makeAddress(
  tx: Database,
  { id: subscriberId, epoch }: Holder,
  address: { purpose: AddressPurpose; secretId: string; now: Date; onlyFeed: boolean },
): Promise<void> {
  const { purpose, secretId, now, onlyFeed } = address
  const made = { epoch, secretId, madeAt: now, endedAt: null, onlyFeed }
  await tx.privateAddress.upsert({
    where: { subscriberId_purpose: { subscriberId, purpose } },
    create: { subscriberId, purpose, ...made },
    update: { ...made, version: { increment: 1 } },
  })
}

/** Ends both feeds: digests are emailed again. */
export async function endFeeds(tx: Database, { id: subscriberId }: Holder, now: Date): Promise<void> {
  await tx.privateAddress.updateMany({
    where: { subscriberId, purpose: { in: ['feed', 'kept-feed'] }, endedAt: null },
    data: { endedAt: now, onlyFeed: false },
  })
}

/** Whether digests are only in the feed, whose address this secret signs now. */
export async function setOnlyFeed(
  tx: Database,
  { id: subscriberId, epoch }: Holder,
  data: { onlyFeed: boolean; secretId: string },
): Promise<void> {
  const where = { subscriberId, epoch, purpose: 'feed', endedAt: null }
  await tx.privateAddress.updateMany({ where, data })
}

/**
 * Those of the readers who get their digests only in the feed. A feed ended for its reader if none of the secrets signed
 * its address.
 */
export async function onlyFeedReaders(
  db: Database,
  readers: readonly { subscriberId: string; epoch: number }[],
  { APP_SECRET }: Config,
): Promise<Set<string>> {
  if (readers.length === 0) return new Set()
  const rows = await db.privateAddress.findMany({
    where: {
      purpose: 'feed',
      onlyFeed: true,
      endedAt: null,
      secretId: { in: APP_SECRET.map(secretId) },
      subscriberId: { in: readers.map(({ subscriberId }) => subscriberId) },
    },
    select: { subscriberId: true, epoch: true },
  })
  const epochs = new Map(readers.map(({ subscriberId, epoch }) => [subscriberId, epoch]))
  return new Set(
    rows.filter((row) => epochs.get(row.subscriberId) === row.epoch).map(({ subscriberId }) => subscriberId),
  )
}

/** The private addresses that a subscriber ever had, without what would open them. */
export const addressHistory = (db: Database, subscriberId: string) =>
  db.privateAddress.findMany({
    where: { subscriberId },
    select: { purpose: true, madeAt: true, endedAt: true, onlyFeed: true },
    orderBy: { purpose: 'asc' },
  })

export async function eraseAddresses(tx: Database, subscriberId: string): Promise<void> {
  await tx.privateAddress.deleteMany({ where: { subscriberId } })
}
