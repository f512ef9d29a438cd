import type { DatabaseOrTransaction } from '../../platform/database.ts'
import { databaseIdentity, isSameDatabase } from '../../platform/database-identity-store.ts'
import { readSwitch, setSwitch, setSwitchOnce } from '../../platform/switch-store.ts'
import type { Deps } from '../../wiring.ts'

const IDENTITY = 'database-identity'
export const DELIVERY = 'delivery'
const RESTORED = 'restored'

/**
 * Writes down at the first start which database this is. On a copy of it, restored from a dump, delivery is paused
 * until the operator has looked: what was sent after the dump is not known here. Returns whether it is held so.
 */
export async function pauseIfRestored({ db, clock, log }: Deps): Promise<boolean> {
  const value = await databaseIdentity(db)
  const at = clock.now()
  const known = await setSwitchOnce(db, IDENTITY, { value, reason: 'first start', at })
  if (isSameDatabase(known.value, value)) return isHeld(db)
  if (await isHeld(db)) return true
  await setSwitch(db, DELIVERY, { value: 'paused', reason: RESTORED, at })
  log.warn('database.restored', { knownSince: known.at.toISOString() })
  return true
}

/** Whether delivery is paused because the database is a restored copy: then nothing is planned either. */
export async function isHeld(db: DatabaseOrTransaction): Promise<boolean> {
  const delivery = await readSwitch(db, DELIVERY)
  return delivery?.value === 'paused' && delivery.reason === RESTORED
}

/** From now on, this is the database. */
export async function settleIdentity(db: DatabaseOrTransaction, at: Date): Promise<void> {
  await setSwitch(db, IDENTITY, { value: await databaseIdentity(db), reason: 'resumed after a restore', at })
}
