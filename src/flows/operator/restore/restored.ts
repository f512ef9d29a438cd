import type { DatabaseOrTransaction } from '../../../platform/database.ts'
import { databaseIdentity, isSameDatabase } from '../../../platform/database-identity-store.ts'
import {
  lockSwitch,
  readSwitch,
  type Switch,
  setSwitch,
  setSwitchOnce,
  setSwitchUnless,
} from '../../../platform/switch-store.ts'
import type { Deps } from '../../../wiring.ts'

const IDENTITY = 'database-identity'
export const DELIVERY = 'delivery'
// A value of the switch, so that no reason that somebody types has its power.
const RESTORED = 'restored'

/**
 * Writes down at the first start which database this is. On a copy of it, restored from a dump, delivery is paused
 * until the operator has looked: what was sent after the dump is not known here. Returns whether it is held so.
 */
export async function pauseIfRestored({ db, clock, log }: Deps): Promise<boolean> {
  const value = await databaseIdentity(db)
  const at = clock.now()
  const known = await setSwitchOnce(db, IDENTITY, { value, reason: 'first start', at })
  if (isSameDatabase(known.value, value) || (await isHeld(db))) return isHeld(db)
  const isNew = await db.$transaction(async (tx) => {
    // Whoever resumed meanwhile has settled it.
    const then = await lockIdentity(tx)
    return then !== null && !isSameDatabase(then.value, value) && holdDelivery(tx, at)
  })
  if (isNew) log.warn('database.restored', { knownSince: known.at.toISOString() })
  return isHeld(db)
}

/** For as long as the transaction lasts, nobody holds delivery or goes on. */
export const lockIdentity = (tx: DatabaseOrTransaction): Promise<Switch | null> => lockSwitch(tx, IDENTITY)

/** Nothing is planned or handed over until the operator resumes. False where it was held before. */
export const holdDelivery = (db: DatabaseOrTransaction, at: Date): Promise<boolean> =>
  setSwitchUnless(db, DELIVERY, { value: RESTORED, reason: RESTORED, at }, RESTORED)

/** Pauses delivery for any other reason. False, and nothing changes, where it is held. */
export const pauseUnlessHeld = (
  db: DatabaseOrTransaction,
  { reason, at }: { reason: string; at: Date },
): Promise<boolean> => setSwitchUnless(db, DELIVERY, { value: 'paused', reason, at }, RESTORED)

export const isHeldBy = (delivery: Switch | null): boolean => delivery?.value === RESTORED

/** Whether delivery is paused because the database is a restored copy: then nothing is planned either. */
export const isHeld = async (db: DatabaseOrTransaction): Promise<boolean> =>
  isHeldBy(await readSwitch(db, DELIVERY))

/** From now on, this is the database. */
export async function settleIdentity(db: DatabaseOrTransaction, at: Date): Promise<void> {
  await setSwitch(db, IDENTITY, { value: await databaseIdentity(db), reason: 'resumed after a restore', at })
}
