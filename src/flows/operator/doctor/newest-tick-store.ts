import type { DatabaseOrTransaction } from '../../../platform/database.ts'

/** When a process last claimed a minute; null where none ever did. */
export async function newestTick(db: DatabaseOrTransaction): Promise<Date | null> {
  const { _max } = await db.tick.aggregate({ where: { name: 'minute' }, _max: { slot: true } })
  return _max.slot
}
