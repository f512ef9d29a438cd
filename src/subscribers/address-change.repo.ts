import type { Database } from '../core/database/database.ts'
import type { Address } from './address.ts'

/**
 * Stores a new address that a subscriber entered, until they press the button behind the link that was emailed to it.
 * Returns its id.
 */
export async function createAddressChange(
  db: Database,
  { subscriberId, address, key, now }: Address & { subscriberId: string; now: Date },
): Promise<number> {
  const { id } = await db.addressChange.create({
    data: { subscriberId, address, addressKey: key, createdAt: now },
  })
  return id
}

export async function addressChangeById(db: Database, id: number) {
  const row = await db.addressChange.findUnique({ where: { id } })
  if (!row) return null
  const { addressKey: key, ...addressChange } = row
  return { ...addressChange, key }
}

export async function markAddressChangeConfirmed(db: Database, id: number, now: Date): Promise<void> {
  await db.addressChange.update({ where: { id }, data: { confirmedAt: now } })
}

/** Makes their links invalid. Returns the deleted ids. */
export async function deleteUnconfirmedAddressChanges(
  db: Database,
  where: { subscriberId: string } | { addressKey: string },
): Promise<number[]> {
  const open = { ...where, confirmedAt: null }
  const rows = await db.addressChange.findMany({ where: open, select: { id: true } })
  await db.addressChange.deleteMany({ where: open })
  return rows.map(({ id }) => id)
}
