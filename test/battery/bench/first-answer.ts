import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, isDatabaseUnavailable } from '../../../src/core/database/database.ts'

const TRIES = 10
const PAUSE_MS = 200

/**
 * Resolves once the database answers a query. The leases of a bench are short, and so is the time-out of a connection:
 * on a busy machine the first connection may take longer. Throws the error of the last try.
 */
export async function firstAnswer(db: Database): Promise<void> {
  for (let left = TRIES; ; left--) {
    try {
      await db.$queryRaw`select 1`
      return
    } catch (error) {
      if (left === 1 || !isDatabaseUnavailable(error)) throw error
      await sleep(PAUSE_MS)
    }
  }
}
