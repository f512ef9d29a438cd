import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Suppression } from './suppression.repo.ts'

export interface ListedSuppression extends Suppression {
  addressHash: string
  /** The subscriber with that address, if there is one. */
  subscriberId: string | null
}

/** Suppressions in force, newest first; up to `most` of them after the first `skip`. */
export const listSuppressions = (
  db: DatabaseOrTransaction,
  { most, skip }: { most: number; skip: number },
): Promise<ListedSuppression[]> => db.$queryRaw<ListedSuppression[]>`
  select p.address_hash as "addressHash", p.reason, p.at, s.id as "subscriberId"
  from suppression p left join subscriber s on s.address_hash = p.address_hash
  where p.lifted_at is null order by p.at desc, p.address_hash limit ${most} offset ${skip}`

export const countActiveSuppressions = (db: DatabaseOrTransaction): Promise<number> =>
  db.suppression.count({ where: { liftedAt: null } })
