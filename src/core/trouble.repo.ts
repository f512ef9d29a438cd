import type { DatabaseOrTransaction } from './database/database.ts'

/** Something that goes wrong until somebody sees it go well. */
export interface Trouble {
  /** "delivery digests", "work plan" */
  name: string
  /** A code. */
  what: string
  /** What was said, without addresses. */
  said: string
  since: Date
}

/** In front of its name in table switch. */
export const TROUBLE = 'trouble '

/** Again: says what it is now, and since when stays. */
export async function noteTrouble(db: DatabaseOrTransaction, trouble: Trouble): Promise<void> {
  const { name, what, said, since } = trouble
  await db.$executeRaw`
    insert into switch (name, value, reason, at) values (${TROUBLE + name}, ${what}, ${said}, ${since})
    on conflict (name) do update set value = excluded.value, reason = excluded.reason`
}

export async function endTrouble(db: DatabaseOrTransaction, name: string): Promise<void> {
  await db.switch.deleteMany({ where: { name: TROUBLE + name } })
}

/** All there is now. */
export async function troubles(db: DatabaseOrTransaction): Promise<Trouble[]> {
  const rows = await db.switch.findMany({
    where: { name: { startsWith: TROUBLE } },
    orderBy: { name: 'asc' },
  })
  return rows.map(({ name, value, reason, at }) => ({
    name: name.slice(TROUBLE.length),
    what: value,
    said: reason,
    since: at,
  }))
}
