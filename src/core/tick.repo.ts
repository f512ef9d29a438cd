import type { Database } from './database/database.ts'

// SQL by hand: the claim of a slot.

/**
 * Claims a slot: true for one process, false for all others, however often they try. With `againAfterSeconds`, one
 * process may claim it again once the last claim is that old by the database's clock.
 */
export async function claimTick(
  db: Database,
  name: string,
  slot: Date,
  { againAfterSeconds = null }: { againAfterSeconds?: number | null } = {},
): Promise<boolean> {
  const claimed = await db.$executeRaw`
    insert into tick (name, slot) values (${name}, ${slot})
    on conflict (name, slot) do update set claimed_at = now()
      where tick.claimed_at <= now() - make_interval(secs => ${againAfterSeconds}::float8)`
  return claimed === 1
}

/** Deletes slots that no process can claim any more. */
export async function deleteTicksBefore(db: Database, instant: Date): Promise<void> {
  await db.tick.deleteMany({ where: { slot: { lt: instant } } })
}

/** The newest slot of that name; null if it does not exist or was deleted. */
export async function newestSlot(db: Database, name: string): Promise<Date | null> {
  const { _max } = await db.tick.aggregate({ where: { name }, _max: { slot: true } })
  return _max.slot
}
