import type { Database } from './database/database.ts'

export interface Incident {
  /** "delivery bulk", "work plan" */
  name: string
  what: string
  /** Details such as the server's reply, without addresses. */
  detail: string
  since: Date
}

/** Prefix of its name in table switch. */
export const INCIDENT_PREFIX = 'trouble '

/** Opens an incident, or updates its cause; `since` of an open one stays. */
export async function recordIncident(db: Database, incident: Incident): Promise<void> {
  const name = INCIDENT_PREFIX + incident.name
  const update = { value: incident.what, reason: incident.detail }
  await db.switch.upsert({ where: { name }, create: { name, ...update, at: incident.since }, update })
}

/** With `whats`, only if it is one of these. */
export async function endIncident(db: Database, name: string, whats?: string[]): Promise<void> {
  await db.switch.deleteMany({ where: { name: INCIDENT_PREFIX + name, value: whats && { in: whats } } })
}

export async function openIncidents(db: Database): Promise<Incident[]> {
  const rows = await db.switch.findMany({
    where: { name: { startsWith: INCIDENT_PREFIX } },
    orderBy: { name: 'asc' },
  })
  return rows.map(({ name, value, reason, at }) => ({
    name: name.slice(INCIDENT_PREFIX.length),
    what: value,
    detail: reason,
    since: at,
  }))
}
