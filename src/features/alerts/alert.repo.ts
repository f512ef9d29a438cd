import type { Database } from '../../core/database/database.ts'
import type { Prisma, Alert as Row } from '../../generated/prisma/client.ts'

export type AlertValues = Record<string, string | number | null>

/**
 * An alert to the operator. `kind`: the name of a condition, or "week". `values`: the condition's sentence and fix, or
 * the figures of the week. `endedAt` is when the condition no longer held; null while it does, and of a week.
 */
export type Alert = Omit<Row, 'values'> & { values: AlertValues }

const findAlerts = async (db: Database, query: Prisma.AlertFindManyArgs): Promise<Alert[]> =>
  (await db.alert.findMany(query)) as Alert[]

/** False if an alert of that kind and key exists. */
export async function addAlert(
  db: Database,
  alert: Pick<Alert, 'kind' | 'key' | 'at' | 'values'>,
): Promise<boolean> {
  const data = { ...alert, nextTry: alert.at }
  return (await db.alert.createMany({ data, skipDuplicates: true })).count > 0
}

export async function hasAlert(db: Database, { kind, key }: Pick<Alert, 'kind' | 'key'>): Promise<boolean> {
  return (await db.alert.count({ where: { kind, key } })) > 0
}

/** The kind of the weekly summary. */
export const WEEK = 'week'
export const isWeekly = ({ kind }: Pick<Alert, 'kind'>): boolean => kind === WEEK

/** Alerts whose condition holds. */
export const ongoingAlerts = (db: Database): Promise<Alert[]> =>
  findAlerts(db, { where: { kind: { not: WEEK }, endedAt: null }, orderBy: { id: 'asc' } })

/** Alerts that were emailed and ended after the last email. */
export async function resolvedAlerts(db: Database): Promise<Alert[]> {
  const { _max } = await db.alert.aggregate({ _max: { sentAt: true } })
  if (!_max.sentAt) return []
  const where = { sentAt: { not: null }, endedAt: { gt: _max.sentAt } }
  return findAlerts(db, { where, orderBy: { endedAt: 'asc' } })
}

/** True only for the caller that ended it. */
export async function endAlert(db: Database, id: number, at: Date): Promise<boolean> {
  return (await db.alert.updateMany({ where: { id, endedAt: null }, data: { endedAt: at } })).count > 0
}

/** Alerts that were not emailed yet, are younger than `since` and whose next try is due; oldest first. */
export const unsentAlerts = (db: Database, { since, now }: { since: Date; now: Date }): Promise<Alert[]> =>
  findAlerts(db, {
    where: { sentAt: null, at: { gte: since }, nextTry: { lte: now } },
    orderBy: { id: 'asc' },
  })

/** Newest first, emailed or not. */
export const newestAlerts = (db: Database, { limit }: { limit: number }): Promise<Alert[]> =>
  findAlerts(db, { orderBy: { id: 'desc' }, take: limit })

/** Number of alert emails since an instant. All alerts of one email share one instant. */
export async function countAlertEmailsSince(db: Database, since: Date): Promise<number> {
  const rows = await db.alert.groupBy({ by: 'sentAt', where: { sentAt: { gt: since } } })
  return rows.length
}

/** Reserves alerts for the caller until `until` and counts an attempt of each. Returns the ids that were free. */
export async function claimAlerts(
  db: Database,
  { ids, now, until }: { ids: number[]; now: Date; until: Date },
): Promise<number[]> {
  const rows = await db.alert.updateManyAndReturn({
    where: { id: { in: ids }, sentAt: null, nextTry: { lte: now } },
    data: { attempts: { increment: 1 }, nextTry: until },
    select: { id: true },
  })
  return rows.map(({ id }) => id)
}

export async function markAlertsSent(db: Database, ids: number[], at: Date): Promise<void> {
  await db.alert.updateMany({ where: { id: { in: ids } }, data: { sentAt: at } })
}

export async function retryAlertsAt(db: Database, ids: number[], nextTry: Date): Promise<void> {
  await db.alert.updateMany({ where: { id: { in: ids } }, data: { nextTry } })
}

/**
 * Deletes, or counts in a dry run, alerts that ended before `kept`. A weekly summary is kept from when it was emailed or,
 * if it never was, from when it was written.
 */
export async function pruneAlerts(
  db: Database,
  { kept, dryRun }: { kept: Date; dryRun: boolean },
): Promise<{ alerts: number }> {
  const isOldWeek = {
    kind: WEEK,
    OR: [{ sentAt: { lt: kept } }, { sentAt: null, at: { lt: kept } }],
  }
  const where = { OR: [{ endedAt: { lt: kept } }, isOldWeek] }
  return { alerts: dryRun ? await db.alert.count({ where }) : (await db.alert.deleteMany({ where })).count }
}
