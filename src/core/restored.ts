import type { DatabaseOrTransaction } from './database/database.ts'
import { databaseIdentity, databaseTimeline, isSameDatabase } from './database/database-identity.repo.ts'
import type { Deps } from './deps.ts'
import {
  lockSwitch,
  readSwitch,
  type Switch,
  setSwitch,
  setSwitchOnce,
  setSwitchUnless,
} from './switch.repo.ts'

const IDENTITY = 'database-identity'
// What delivery compares with before each batch: see may-send.repo.ts.
const TIMELINE = 'database-timeline'
export const DELIVERY = 'delivery'
// A value of the switch, so that no reason that an operator types has its power. After a promotion too.
const RESTORED = 'restored'

/** Why this is another database than the one that was recorded; also the reason of the pause. */
type Change = 'restored' | 'promoted'

/**
 * Records at the first start which database this is. Delivery is paused until the operator resumes it if this is a copy
 * that was restored from a dump, or a standby that was promoted (with AFTER_PROMOTION=continue the promotion is only
 * logged): what was sent after the copy was made is not known here. Returns whether delivery is held for that reason.
 */
export async function pauseIfRestored({ db, config, clock, log }: Deps): Promise<boolean> {
  const at = clock.now()
  const seen = await readSeen(db)
  await setSwitchOnce(db, IDENTITY, { value: seen.identity, reason: 'first start', at })
  if (seen.timeline) await setSwitchOnce(db, TIMELINE, { value: seen.timeline, reason: 'first start', at })
  if ((await isHeld(db)) || !(await changeIn(db, seen))) return isHeld(db)
  const done = await db.$transaction(async (tx) => {
    const then = await lockIdentity(tx)
    const change = await changeIn(tx, seen) // another process may have settled it
    if (!then || !change) return undefined
    const goesOn = change === 'promoted' && config.AFTER_PROMOTION === 'continue'
    if (goesOn) await settleIdentity(tx, at, 'promoted')
    else if (!(await holdDelivery(tx, at, change))) return undefined
    return { change, goesOn, knownSince: then.at.toISOString() }
  })
  if (done)
    log.warn(`database.${done.change}`, {
      knownSince: done.knownSince,
      delivery: done.goesOn ? 'on' : 'paused',
    })
  return isHeld(db)
}

interface Seen {
  identity: string
  timeline: string | null
}

const readSeen = async (db: DatabaseOrTransaction): Promise<Seen> => ({
  identity: await databaseIdentity(db),
  timeline: await databaseTimeline(db),
})

/** Between what was recorded and what is seen; a part that one of them lacks tells nothing. */
async function changeIn(db: DatabaseOrTransaction, seen: Seen): Promise<Change | undefined> {
  const identity = await readSwitch(db, IDENTITY)
  if (identity && !isSameDatabase(identity.value, seen.identity)) return 'restored'
  const timeline = await readSwitch(db, TIMELINE)
  return timeline && seen.timeline && timeline.value !== seen.timeline ? 'promoted' : undefined
}

/** For as long as the transaction lasts, nobody holds delivery or goes on. */
export const lockIdentity = (tx: DatabaseOrTransaction): Promise<Switch | null> => lockSwitch(tx, IDENTITY)

/** Nothing is planned or handed over until the operator resumes. False where it was held before. */
export const holdDelivery = (
  db: DatabaseOrTransaction,
  at: Date,
  reason: Change = 'restored',
): Promise<boolean> => setSwitchUnless(db, DELIVERY, { value: RESTORED, reason, at }, RESTORED)

/** Pauses delivery for any other reason. False, and nothing changes, where it is held. */
export const pauseUnlessHeld = (
  db: DatabaseOrTransaction,
  { reason, at }: { reason: string; at: Date },
): Promise<boolean> => setSwitchUnless(db, DELIVERY, { value: 'paused', reason, at }, RESTORED)

export const isHeldBy = (delivery: Switch | null): boolean => delivery?.value === RESTORED

/** Whether delivery is paused because the database was restored or promoted: then nothing is planned either. */
export const isHeld = async (db: DatabaseOrTransaction): Promise<boolean> =>
  isHeldBy(await readSwitch(db, DELIVERY))

/** From now on, this is the database. */
export async function settleIdentity(
  db: DatabaseOrTransaction,
  at: Date,
  reason = 'resumed by the operator',
): Promise<void> {
  const { identity, timeline } = await readSeen(db)
  await setSwitch(db, IDENTITY, { value: identity, reason, at })
  if (timeline) await setSwitch(db, TIMELINE, { value: timeline, reason, at })
}
