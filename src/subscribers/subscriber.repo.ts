import type { Config } from '../config/config.ts'
import type { Database } from '../core/database/database.ts'
import { type Day, dayOf, midnight, type Weekday } from '../core/dates.ts'
import { Fault } from '../core/errors.ts'
import { randomId } from '../core/secrets.ts'
import { Prisma, type Subscriber as SubscriberRow } from '../generated/prisma/client.ts'
import { type Address, addressHash } from './address.ts'
import { recordConsents } from './consent.repo.ts'
import { type ConsentEvent, NO_PAGE } from './consent.ts'
import type { Schedule, Subscriber, SubscriberSettings, SubscriberState } from './subscriber.ts'

/** The subscriber with that id; null if they do not exist or are erased. */
export async function subscriberById(db: Database, id: string): Promise<Subscriber | null> {
  return subscriberOf(await db.subscriber.findUnique({ where: { id } }))
}

/** Like subscriberById; no other transaction can change or lock the row until this one ends. */
export async function lockSubscriber(db: Database, id: string): Promise<Subscriber | null> {
  await lockRow(db, Prisma.sql`id = ${id}`)
  return subscriberById(db, id)
}

export async function lockSubscriberByKey(db: Database, addressKey: string): Promise<Subscriber | null> {
  await lockRow(db, Prisma.sql`address_key = ${addressKey}`)
  return subscriberByKey(db, addressKey)
}

// A claim. A planner may create a digest for them at the same time: neither waits for the other.
const lockRow = (db: Database, where: Prisma.Sql) =>
  db.$queryRaw`select from subscriber where ${where} for no key update`

export async function subscriberByKey(db: Database, addressKey: string): Promise<Subscriber | null> {
  return subscriberOf(await db.subscriber.findUnique({ where: { addressKey } }))
}

export interface StoredSubscriber extends Subscriber {
  /** When an import added them; null for all others. */
  importedAt: Date | null
}

/** The subscribers with these hashes of addresses, by hash. */
export async function subscribersByHash(
  db: Database,
  addressHashes: readonly string[],
): Promise<Map<string, StoredSubscriber>> {
  const rows = await db.subscriber.findMany({ where: { addressHash: { in: [...addressHashes] } } })
  return new Map(rows.flatMap((row) => subscriberOf(row) ?? []).map((one) => [one.addressHash, one]))
}

/** Those of the ids that a subscriber has, or had before they were erased. */
export async function existingIds(db: Database, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db.subscriber.findMany({ where: { id: { in: [...ids] } }, select: { id: true } })
  return new Set(rows.map(({ id }) => id))
}

/** When an import added a subscriber; null for all others. */
export async function importedAt(db: Database, id: string): Promise<Date | null> {
  const found = await db.subscriber.findUnique({ where: { id }, select: { importedAt: true } })
  return found?.importedAt ?? null
}

/** A subscriber to create. Omitted fields are those of a pending one. */
export type NewSubscriber = SubscriberSettings &
  Pick<Subscriber, 'id' | 'address' | 'addressKey' | 'addressHash' | 'createdAt'> &
  Partial<Subscriber> & { confirmedHow?: string | null; importedAt?: Date }

/**
 * Creates those whose address and id no one has, and returns their ids. A bulk write: Prisma's createMany takes five
 * times as long. In the order of their addresses, so that two transactions with the same people do not block each other.
 */
export async function createSubscribers(
  db: Database,
  subscribers: readonly NewSubscriber[],
): Promise<Set<string>> {
  const rows = JSON.stringify(subscribers.map((one) => ({ state: 'pending', epoch: 0, ...one })))
  const created = await db.$queryRaw<{ id: string }[]>`
    insert into subscriber (id, address, address_key, address_hash, state, state_before, zone, hour, days, max_papers,
      format, detail, related, epoch, created_at, confirmed_at, confirmed_how, start_date, paused_until, imported_at)
    select id, address, "addressKey", "addressHash", state, "stateBefore", zone, hour, days, "maxPapers", format, detail,
      related, epoch, "createdAt", "confirmedAt", "confirmedHow", "startDate", "pausedUntil", "importedAt"
    from jsonb_to_recordset(${rows}::jsonb) as given(id text, address text, "addressKey" text, "addressHash" text,
      state subscriber_state, "stateBefore" subscriber_state, zone text, hour int, days text[], "maxPapers" int,
      format mail_format, detail mail_detail, related boolean, epoch int, "createdAt" timestamptz,
      "confirmedAt" timestamptz, "confirmedHow" text, "startDate" date, "pausedUntil" date, "importedAt" timestamptz)
    order by "addressKey" on conflict do nothing returning id`
  return new Set(created.map(({ id }) => id))
}

/**
 * The subscriber with that address, locked until the transaction ends; created as pending if the address is new. A
 * known and an unknown address run the same statements.
 */
export async function lockOrCreateSubscriber(
  db: Database,
  config: Pick<Config, 'SUPPRESSION_KEY'>,
  signup: { address: Address; request: SubscriberSettings },
  now: Date,
): Promise<Subscriber> {
  const { address, key: addressKey } = signup.address
  const { zone, hour, days, maxPapers, format, detail, related } = signup.request
  const settings = { zone, hour, days, maxPapers, format, detail, related }
  const hash = addressHash(addressKey, config.SUPPRESSION_KEY)
  const id = randomId(80)
  await createSubscribers(db, [{ ...settings, id, address, addressKey, addressHash: hash, createdAt: now }])
  // An erasure may have just removed the address.
  return (await lockSubscriberByKey(db, addressKey)) ?? lockOrCreateSubscriber(db, config, signup, now)
}

/** Throws address.taken if another subscriber took the new address at the same time. */
export async function changeSubscriber(
  db: Database,
  id: string,
  { startDate, pausedUntil, ...changes }: Partial<Omit<Subscriber, 'id' | 'createdAt'>>,
): Promise<void> {
  const data = {
    ...changes,
    startDate: startDate && midnight(startDate),
    pausedUntil: pausedUntil && midnight(pausedUntil),
  }
  await db.subscriber.update({ where: { id }, data }).catch((error) => {
    const isTaken = error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
    throw isTaken ? new Fault('address.taken') : error
  })
}

/** Oldest first; `state` filters. */
export async function listSubscribers(db: Database, state?: SubscriberState): Promise<Subscriber[]> {
  const rows = await db.subscriber.findMany({
    where: { erasedAt: null, state },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  })
  return rows.flatMap((row) => subscriberOf(row) ?? [])
}

/** A position in the list of the newest subscribers. */
export type SubscriberCursor = Pick<Subscriber, 'createdAt' | 'id'>

/** Newest first, up to `most`; `after` continues from a position. */
export async function newestSubscribers(
  db: Database,
  { state, most, after }: { state?: SubscriberState; most: number; after?: SubscriberCursor },
): Promise<Subscriber[]> {
  const rest = after && [
    { createdAt: { lt: after.createdAt } },
    { createdAt: after.createdAt, id: { lt: after.id } },
  ]
  const rows = await db.subscriber.findMany({
    where: { erasedAt: null, state, OR: rest },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: most,
  })
  return rows.flatMap((row) => subscriberOf(row) ?? [])
}

function subscriberOf(row: SubscriberRow | null): StoredSubscriber | null {
  if (!row || row.address === null || row.addressKey === null || row.addressHash === null) return null
  const { erasedAt: _, ...kept } = row
  return {
    ...kept,
    address: row.address,
    addressKey: row.addressKey,
    addressHash: row.addressHash,
    days: row.days as Weekday[],
    startDate: row.startDate && dayOf(row.startDate),
    pausedUntil: row.pausedUntil && dayOf(row.pausedUntil),
  }
}

/**
 * A bulk write: resumes all subscribers of one schedule whose pause ends on that local date or before; returns how
 * many. One statement: each gets exactly one consent row.
 */
export async function resumeEndedPauses(
  db: Database,
  { zone, hour, days }: Schedule,
  localDate: Day,
  now: Date,
): Promise<number> {
  const event: ConsentEvent = 'resumed'
  return db.$executeRaw`
    with resumed as (
      update subscriber set state = 'active', paused_until = null
      where zone = ${zone} and hour = ${hour} and days = ${days} and state = 'paused'
        and paused_until <= ${localDate}::date
      returning id)
    insert into consent (subscriber_id, at, event, how, wording)
    select id, ${now}, ${event}, 'pause ended', ${NO_PAGE} from resumed`
}

/** Turns those who are not suppressed yet; returns how many. A bulk write: state_before is each one's own state. */
export async function markSuppressed(
  tx: Database,
  { ids, how, at }: { ids: readonly string[]; how: string; at: Date },
): Promise<number> {
  const turned = await tx.$queryRaw<{ id: string }[]>`
    update subscriber set state = 'suppressed', state_before = state
    where id = any(${[...ids]}::text[]) and state <> 'suppressed' returning id`
  await recordConsents(
    tx,
    turned.map(({ id }) => ({ subscriberId: id, at, event: 'suppressed', how })),
  )
  return turned.length
}

/** A suppressed address stays suppressed. If the suppression is lifted, digests do not start again. */
export const hasEnded = ({ state, stateBefore }: Pick<Subscriber, 'state' | 'stateBefore'>): boolean =>
  state === 'unsubscribed' || (state === 'suppressed' && stateBefore === 'unsubscribed')

/** Returns false if it had ended before. The subscriber must be locked by the transaction. */
export async function endSubscription(
  tx: Database,
  { subscriber, how, now }: { subscriber: Subscriber; how: string; now: Date },
): Promise<boolean> {
  if (hasEnded(subscriber)) return false
  const { id, state } = subscriber
  const changes =
    state === 'suppressed'
      ? { stateBefore: 'unsubscribed' as const }
      : { state: 'unsubscribed' as const, stateBefore: state }
  await changeSubscriber(tx, id, changes)
  await recordConsents(tx, [{ subscriberId: id, at: now, event: 'unsubscribed', how }])
  return true
}
