import type { Database } from '../../src/core/database/database.ts'

/** The database's clock cannot be moved; after so many seconds the paces look like this. */
export const passInPaces = (db: Database, seconds: number) => db.$executeRaw`
  update bucket set at = at - make_interval(secs => ${seconds}::float8),
    slowed_at = slowed_at - make_interval(secs => ${seconds}::float8),
    held_until = held_until - make_interval(secs => ${seconds}::float8)`
