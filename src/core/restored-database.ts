import type { Database } from './database/database.ts'
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

const IDENTITY_SWITCH = 'database-identity'
// Delivery compares the timeline before each batch: see may-send.repo.ts.
const TIMELINE_SWITCH = 'database-timeline'
export const DELIVERY_SWITCH = 'delivery'
// A value of the switch, so that no reason typed by an operator has its effect. Also used after a promotion.
const HELD = 'restored'

/** How this database differs from the recorded one; also the reason of the pause. */
type Change = 'restored' | 'promoted'

/**
 * Records the identity of the database at the first start. If this is a copy restored from a dump, or a promoted
 * standby, pauses delivery until the operator resumes it, because the database does not know what was sent after the
 * copy was made. With AFTER_PROMOTION=continue a promotion is only logged. Returns whether delivery is held.
 */
export async function pauseIfRestored({ db, config, clock, log }: Deps): Promise<boolean> {
  const at = clock.now()
  const current = await readDatabaseState(db)
  await setSwitchOnce(db, IDENTITY_SWITCH, { value: current.identity, reason: 'first start', at })
  if (current.timeline)
    await setSwitchOnce(db, TIMELINE_SWITCH, { value: current.timeline, reason: 'first start', at })
  if ((await isDeliveryHeld(db)) || !(await detectChange(db, current))) return isDeliveryHeld(db)
  const done = await db.$transaction(async (tx) => {
    const recorded = await lockIdentity(tx)
    const change = await detectChange(tx, current) // another process may have handled it
    if (!recorded || !change) return undefined
    const continues = change === 'promoted' && config.AFTER_PROMOTION === 'continue'
    if (continues) await recordIdentity(tx, at, 'promoted')
    else if (!(await holdDelivery(tx, at, change))) return undefined
    return { change, goesOn: continues, knownSince: recorded.at.toISOString() }
  })
  if (done)
    log.warn(`database.${done.change}`, {
      knownSince: done.knownSince,
      delivery: done.goesOn ? 'on' : 'paused',
    })
  return isDeliveryHeld(db)
}

interface DatabaseState {
  identity: string
  timeline: string | null
}

const readDatabaseState = async (db: Database): Promise<DatabaseState> => ({
  identity: await databaseIdentity(db),
  timeline: await databaseTimeline(db),
})

/** Compares the recorded state with the current one; an unknown part counts as unchanged. */
async function detectChange(db: Database, current: DatabaseState): Promise<Change | undefined> {
  const identity = await readSwitch(db, IDENTITY_SWITCH)
  if (identity && !isSameDatabase(identity.value, current.identity)) return 'restored'
  const timeline = await readSwitch(db, TIMELINE_SWITCH)
  return timeline && current.timeline && timeline.value !== current.timeline ? 'promoted' : undefined
}

/** Until the transaction ends, no other process can hold or resume delivery. */
export const lockIdentity = (tx: Database): Promise<Switch | null> => lockSwitch(tx, IDENTITY_SWITCH)

/** Stops planning and sending until the operator resumes. False if delivery was already held. */
export const holdDelivery = (db: Database, at: Date, reason: Change = 'restored'): Promise<boolean> =>
  setSwitchUnless(db, DELIVERY_SWITCH, { value: HELD, reason, at }, HELD)

/** Pauses delivery for any other reason. If it is held, changes nothing and returns false. */
export const pauseUnlessHeld = (
  db: Database,
  { reason, at }: { reason: string; at: Date },
): Promise<boolean> => setSwitchUnless(db, DELIVERY_SWITCH, { value: 'paused', reason, at }, HELD)

export const isHoldSwitch = (delivery: Switch | null): boolean => delivery?.value === HELD

/** Whether delivery is paused because the database was restored or promoted: then nothing is planned either. */
export const isDeliveryHeld = async (db: Database): Promise<boolean> =>
  isHoldSwitch(await readSwitch(db, DELIVERY_SWITCH))

export async function recordIdentity(
  db: Database,
  at: Date,
  reason = 'resumed by the operator',
): Promise<void> {
  const { identity, timeline } = await readDatabaseState(db)
  await setSwitch(db, IDENTITY_SWITCH, { value: identity, reason, at })
  if (timeline) await setSwitch(db, TIMELINE_SWITCH, { value: timeline, reason, at })
}
