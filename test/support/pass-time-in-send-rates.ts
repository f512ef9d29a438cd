import type { Database } from '../../src/core/database/database.ts'

/** Moves the times of send rates back by seconds, because the database's clock cannot be moved. */
export const passTimeInSendRates = (db: Database, seconds: number) => db.$executeRaw`
  update bucket set at = at - make_interval(secs => ${seconds}::float8),
    slowed_at = slowed_at - make_interval(secs => ${seconds}::float8),
    held_until = held_until - make_interval(secs => ${seconds}::float8)`
