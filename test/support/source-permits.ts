import type { Database } from '../../src/core/database/database.ts'
import { takePermits } from '../../src/limits/permits.repo.ts'

/** Takes the one permit of a source's service; returns 0, or the milliseconds until it may be free. */
export async function takeSourcePermit(
  db: Database,
  service: string,
  { holder, holdMs }: { holder: string; holdMs: number },
): Promise<number> {
  const lease = { holder, seconds: holdMs / 1000 }
  const permit = { key: `source ${service}`, capacity: 1, perSecond: 1, lease }
  return (await takePermits(db, [permit])).waitSeconds * 1000
}
