import type { Database } from '../core/database/database.ts'
import { DAY_MS } from '../core/dates.ts'
import { Fault } from '../core/errors.ts'

/** dead: the mail server says that the mailbox does not exist. full: it accepted nothing for two weeks or more. */
export const SUPPRESSION_REASONS = ['dead', 'full', 'complaint', 'operator'] as const
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number]

export interface Suppression {
  reason: SuppressionReason
  at: Date
}

const DEAD_FOR_MS = 7 * DAY_MS

/** A dead or full mailbox may be confirmed again after seven days. Only the operator lifts other suppressions. */
export const mayBeConfirmedAgain = ({ reason, at }: Suppression, now: Date): boolean =>
  (reason === 'dead' || reason === 'full') && now.getTime() - at.getTime() >= DEAD_FOR_MS

/** The suppression in force for an address; null if there is none, or it was lifted. */
export async function suppressionOf(db: Database, addressHash: string): Promise<Suppression | null> {
  const row = await db.suppression.findFirst({ where: { addressHash, liftedAt: null } })
  return row && { reason: row.reason as SuppressionReason, at: row.at }
}

/** Throws subscriber.suppressed. */
export async function requireUnsuppressed(db: Database, addressHash: string): Promise<void> {
  const suppression = await suppressionOf(db, addressHash)
  if (!suppression) return
  const { reason, at } = suppression
  throw new Fault('subscriber.suppressed', { reason, since: at.toISOString() })
}

export interface StoredSuppression extends Suppression {
  liftedAt: Date | null
}

/** The suppressions of addresses, also those that were lifted, by hash. */
export async function suppressionsOf(
  db: Database,
  addressHashes: readonly string[],
): Promise<Map<string, StoredSuppression>> {
  const rows = await db.suppression.findMany({ where: { addressHash: { in: [...addressHashes] } } })
  return new Map(
    rows.map(({ addressHash, reason, at, liftedAt }) => [
      addressHash,
      { reason: reason as SuppressionReason, at, liftedAt },
    ]),
  )
}

/**
 * A bulk write: suppresses addresses, known or not. A complaint keeps its reason until it is lifted. Sorted, so that
 * two transactions do not block each other.
 */
export async function suppressAddresses(
  db: Database,
  suppressions: readonly (Suppression & { addressHash: string })[],
): Promise<void> {
  const hashes = suppressions.map(({ addressHash }) => addressHash)
  const reasons = suppressions.map(({ reason }) => reason)
  const times = suppressions.map(({ at }) => at)
  await db.$executeRaw`
    insert into suppression as s (address_hash, reason, at)
    select * from unnest(${hashes}::text[], ${reasons}::text[], ${times}::timestamptz[]) as given(hash, reason, at)
    order by hash
    on conflict (address_hash) do update
      set reason = case when s.lifted_at is null and s.reason = 'complaint' then s.reason else excluded.reason end,
          at = case when s.lifted_at is null and s.reason = 'complaint' then s.at else excluded.at end,
          lifted_at = null`
}

export async function liftSuppression(db: Database, addressHash: string, at: Date): Promise<void> {
  await db.suppression.updateMany({ where: { addressHash, liftedAt: null }, data: { liftedAt: at } })
}

/** Number of addresses suppressed at or after `from` and before `before` that still are suppressed. */
export function countSuppressionsBetween(
  db: Database,
  { from, before }: { from: Date; before: Date },
): Promise<number> {
  return db.suppression.count({ where: { at: { gte: from, lt: before }, liftedAt: null } })
}

/** Number of complaints after an instant that were not lifted. */
export function countComplaints(db: Database, after: Date): Promise<number> {
  return db.suppression.count({ where: { reason: 'complaint', at: { gt: after }, liftedAt: null } })
}

interface ListedSuppression extends Suppression {
  addressHash: string
  /** The subscriber with that address, if there is one. */
  subscriberId: string | null
}

/** A report: suppressions in force, newest first; up to `most` of them after the first `skip`. */
export const listSuppressions = (
  db: Database,
  { most, skip }: { most: number; skip: number },
): Promise<ListedSuppression[]> => db.$queryRaw<ListedSuppression[]>`
  select p.address_hash as "addressHash", p.reason, p.at, s.id as "subscriberId"
  from suppression p left join subscriber s on s.address_hash = p.address_hash
  where p.lifted_at is null order by p.at desc, p.address_hash limit ${most} offset ${skip}`

export const countActiveSuppressions = (db: Database): Promise<number> =>
  db.suppression.count({ where: { liftedAt: null } })
