import type { DatabaseOrTransaction } from './database.ts'

export interface Switch {
  value: string
  reason: string
  at: Date
}

/** How a switch stands that all processes see; null where nobody has set it. */
export async function readSwitch(db: DatabaseOrTransaction, name: string): Promise<Switch | null> {
  return db.switch.findUnique({ where: { name }, select: { value: true, reason: true, at: true } })
}

export async function setSwitch(
  db: DatabaseOrTransaction,
  name: string,
  { value, reason, at }: Switch,
): Promise<void> {
  const set = { value, reason, at }
  await db.switch.upsert({ where: { name }, create: { name, ...set }, update: set })
}

/** Sets it where nobody has; returns how it stands then, whoever set it. */
export async function setSwitchOnce(
  db: DatabaseOrTransaction,
  name: string,
  { value, reason, at }: Switch,
): Promise<Switch> {
  await db.switch.createMany({ data: { name, value, reason, at }, skipDuplicates: true })
  return (await readSwitch(db, name))!
}

/** Back to how it stands where nobody has set it. True where somebody had. */
export async function clearSwitch(db: DatabaseOrTransaction, name: string): Promise<boolean> {
  return (await db.switch.deleteMany({ where: { name } })).count > 0
}
