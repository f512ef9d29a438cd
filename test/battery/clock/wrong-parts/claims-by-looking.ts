import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../../../src/core/database/database.ts'

export * from '../../../../src/core/tick.repo.ts'

/** Checks whether the slot is free, then takes it: another process that checks in between takes it, too. */
export async function claimTick(db: Database, name: string, slot: Date): Promise<boolean> {
  if ((await db.tick.count({ where: { name, slot } })) > 0) return false
  await sleep(1)
  await db.$executeRaw`insert into tick (name, slot) values (${name}, ${slot}) on conflict do nothing`
  return true
}
