import type { DatabaseOrTransaction } from '../../core/database/database.ts'
import type { Notice as Row } from '../../generated/prisma/client.ts'

export type AlertValues = Record<string, string | number | null>

/** An alert to the operator. */
export interface Alert {
  id: number
  kind: string
  key: string
  at: Date
  values: AlertValues
  tries: number
  /** When the incident ended; null while it lasts, and for alerts without an incident. */
  overAt: Date | null
}

const alertOf = ({ id, kind, key, at, values, tries, overAt }: Row): Alert => ({
  id,
  kind,
  key,
  at,
  values: values as AlertValues,
  tries,
  overAt,
})

/** False if an alert of that kind and key exists. */
export async function addAlert(
  db: DatabaseOrTransaction,
  alert: Pick<Alert, 'kind' | 'key' | 'at' | 'values'>,
): Promise<boolean> {
  const data = { ...alert, nextTry: alert.at }
  return (await db.notice.createMany({ data, skipDuplicates: true })).count > 0
}

export async function hasAlert(
  db: DatabaseOrTransaction,
  { kind, key }: Pick<Alert, 'kind' | 'key'>,
): Promise<boolean> {
  return (await db.notice.count({ where: { kind, key } })) > 0
}

/** Alerts of these kinds whose incident lasts. `isEmailed`: the alert was emailed. */
export async function ongoingAlerts(
  db: DatabaseOrTransaction,
  kinds: readonly string[],
): Promise<(Alert & { isEmailed: boolean })[]> {
  const rows = await db.notice.findMany({
    where: { kind: { in: [...kinds] }, overAt: null },
    orderBy: { id: 'asc' },
  })
  return rows.map((row) => ({ ...alertOf(row), isEmailed: row.toldAt !== null }))
}

/** Alerts of a kind whose incident overlaps an interval. */
export async function alertsDuring(
  db: DatabaseOrTransaction,
  { kind, from, to }: { kind: string; from: Date; to: Date },
): Promise<Alert[]> {
  const rows = await db.notice.findMany({
    where: { kind, at: { lt: to }, OR: [{ overAt: null }, { overAt: { gt: from } }] },
    orderBy: { id: 'asc' },
  })
  return rows.map(alertOf)
}

/** True only for the caller that ended it. */
export async function endAlert(db: DatabaseOrTransaction, id: number, at: Date): Promise<boolean> {
  return (await db.notice.updateMany({ where: { id, overAt: null }, data: { overAt: at } })).count > 0
}

/** Alerts that were not emailed yet, are younger than `since` and whose next try is due; oldest first. */
export async function unsentAlerts(
  db: DatabaseOrTransaction,
  { since, now }: { since: Date; now: Date },
): Promise<Alert[]> {
  const rows = await db.notice.findMany({
    where: { toldAt: null, at: { gte: since }, nextTry: { lte: now } },
    orderBy: { id: 'asc' },
  })
  return rows.map(alertOf)
}

/** Newest first, emailed or not. */
export async function newestAlerts(
  db: DatabaseOrTransaction,
  { limit }: { limit: number },
): Promise<(Alert & { toldAt: Date | null })[]> {
  const rows = await db.notice.findMany({ orderBy: { id: 'desc' }, take: limit })
  return rows.map((row) => ({ ...alertOf(row), toldAt: row.toldAt }))
}

/** Number of alert emails since an instant. All alerts of one email share one instant. */
export async function countAlertEmailsSince(db: DatabaseOrTransaction, since: Date): Promise<number> {
  const rows = await db.notice.groupBy({ by: 'toldAt', where: { toldAt: { gt: since } } })
  return rows.length
}

/** Reserves alerts for the caller until `until` and counts an attempt of each. Returns the ids that were free. */
export async function claimAlerts(
  db: DatabaseOrTransaction,
  { ids, now, until }: { ids: number[]; now: Date; until: Date },
): Promise<number[]> {
  const rows = await db.$queryRaw<{ id: number }[]>`
    update notice set tries = tries + 1, next_try = ${until}
    where id = any(${ids}) and told_at is null and next_try <= ${now} returning id`
  return rows.map(({ id }) => id)
}

export async function markAlertsSent(db: DatabaseOrTransaction, ids: number[], at: Date): Promise<void> {
  await db.notice.updateMany({ where: { id: { in: ids } }, data: { toldAt: at } })
}

export async function retryAlertsAt(db: DatabaseOrTransaction, ids: number[], nextTry: Date): Promise<void> {
  await db.notice.updateMany({ where: { id: { in: ids } }, data: { nextTry } })
}
