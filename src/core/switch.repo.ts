import type { Database } from './database/database.ts'

// SQL by hand: claims.

export interface Switch {
  value: string
  reason: string
  at: Date
}

/** A switch, which all processes share; null if it is not set. */
export async function readSwitch(db: Database, name: string): Promise<Switch | null> {
  return db.switch.findUnique({ where: { name }, select: { value: true, reason: true, at: true } })
}

export async function setSwitch(db: Database, name: string, { value, reason, at }: Switch): Promise<void> {
  const set = { value, reason, at }
  await db.switch.upsert({ where: { name }, create: { name, ...set }, update: set })
}

/** Sets the switch if it is not set; returns its value afterwards, from any process. */
export async function setSwitchOnce(
  db: Database,
  name: string,
  { value, reason, at }: Switch,
): Promise<Switch> {
  await db.switch.createMany({ data: { name, value, reason, at }, skipDuplicates: true })
  return (await readSwitch(db, name))!
}

/** Sets the switch unless it has `protectedValue`, in one statement; returns whether it did. */
export async function setSwitchUnless(
  db: Database,
  name: string,
  { value, reason, at }: Switch,
  protectedValue: string,
): Promise<boolean> {
  const set = await db.$executeRaw`
    insert into switch (name, value, reason, at) values (${name}, ${value}, ${reason}, ${at})
    on conflict (name) do update set value = excluded.value, reason = excluded.reason, at = excluded.at
    where switch.value <> ${protectedValue}`
  return set > 0
}

/** As readSwitch, and locks the row until the transaction ends. */
export async function lockSwitch(tx: Database, name: string): Promise<Switch | null> {
  const [row] = await tx.$queryRaw<Switch[]>`
    select value, reason, at from switch where name = ${name} for update`
  return row ?? null
}

/** Deletes the switch. True if it existed. */
export async function clearSwitch(db: Database, name: string): Promise<boolean> {
  return (await db.switch.deleteMany({ where: { name } })).count > 0
}
