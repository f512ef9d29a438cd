import type { DatabaseOrTransaction } from './database/database.ts'

/** Something that goes wrong until somebody sees it go well. */
export interface Incident {
  /** "delivery digests", "work plan" */
  name: string
  /** A code. */
  what: string
  /** What was said, without addresses. */
  said: string
  since: Date
}

/** In front of its name in table switch. */
export const INCIDENT_PREFIX = 'trouble '

/** Again: says what it is now, and since when stays. */
export async function recordIncident(db: DatabaseOrTransaction, incident: Incident): Promise<void> {
  const { name, what, said, since } = incident
  await db.$executeRaw`
    insert into switch (name, value, reason, at) values (${INCIDENT_PREFIX + name}, ${what}, ${said}, ${since})
    on conflict (name) do update set value = excluded.value, reason = excluded.reason`
}

export async function endIncident(db: DatabaseOrTransaction, name: string): Promise<void> {
  await db.switch.deleteMany({ where: { name: INCIDENT_PREFIX + name } })
}

/** All there is now. */
export async function openIncidents(db: DatabaseOrTransaction): Promise<Incident[]> {
  const rows = await db.switch.findMany({
    where: { name: { startsWith: INCIDENT_PREFIX } },
    orderBy: { name: 'asc' },
  })
  return rows.map(({ name, value, reason, at }) => ({
    name: name.slice(INCIDENT_PREFIX.length),
    what: value,
    said: reason,
    since: at,
  }))
}
