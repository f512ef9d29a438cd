import type { Database } from '../../../../src/core/database/database.ts'
import { Prisma } from '../../../../src/generated/prisma/client.ts'
import * as right from '../../../../src/mail/outbox/batch.repo.ts'

export * from '../../../../src/mail/outbox/batch.repo.ts'

/** A database that replaces now() by this process's clock. */
function byOwnClock(db: Database): Database {
  const ask =
    (name: '$queryRaw' | '$executeRaw') =>
    (texts: readonly string[], ...values: unknown[]) => {
      const now = `'${new Date().toISOString()}'::timestamptz`
      return db[name](
        Prisma.sql(
          texts.map((text) => text.replaceAll('now()', now)),
          ...values,
        ),
      )
    }
  return { $queryRaw: ask('$queryRaw'), $executeRaw: ask('$executeRaw') } as unknown as Database
}

/** Compares leases with the worker's clock instead of the database's. */
export const leaseBatch: typeof right.leaseBatch = (db, input) => right.leaseBatch(byOwnClock(db), input)
export const renewLeases: typeof right.renewLeases = (db, input) => right.renewLeases(byOwnClock(db), input)
