import type { DatabaseOrTransaction } from '../../core/database/database.ts'
import type { Notice as Row } from '../../generated/prisma/client.ts'

export type AlertValues = Record<string, string | number | null>

/** Something that the operator is told. */
export interface Alert {
  id: number
  kind: string
  key: string
  at: Date
  values: AlertValues
  tries: number
  /** When what it tells of had ended; null while it lasts, and for what does not last. */
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

/** False where there is one of that kind with that key. */
export async function addAlert(
  db: DatabaseOrTransaction,
  notice: Pick<Alert, 'kind' | 'key' | 'at' | 'values'>,
): Promise<boolean> {
  const data = { ...notice, nextTry: notice.at }
  return (await db.notice.createMany({ data, skipDuplicates: true })).count > 0
}

export async function hasAlert(
  db: DatabaseOrTransaction,
  { kind, key }: Pick<Alert, 'kind' | 'key'>,
): Promise<boolean> {
  return (await db.notice.count({ where: { kind, key } })) > 0
}

/** What lasts, of those kinds; whether it was told. */
export async function ongoingAlerts(
  db: DatabaseOrTransaction,
  kinds: readonly string[],
): Promise<(Alert & { told: boolean })[]> {
  const rows = await db.notice.findMany({
    where: { kind: { in: [...kinds] }, overAt: null },
    orderBy: { id: 'asc' },
  })
  return rows.map((row) => ({ ...alertOf(row), told: row.toldAt !== null }))
}

/** Of a kind, those that lasted at some moment between two instants. */
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

/** True for the one caller who ended it. */
export async function endAlert(db: DatabaseOrTransaction, id: number, at: Date): Promise<boolean> {
  return (await db.notice.updateMany({ where: { id, overAt: null }, data: { overAt: at } })).count > 0
}

/** Those that nobody was told of and that are younger than `since`, oldest first, whether or not it is their turn. */
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

/** The newest first, told or not. */
export async function newestAlerts(
  db: DatabaseOrTransaction,
  { limit }: { limit: number },
): Promise<(Alert & { toldAt: Date | null })[]> {
  const rows = await db.notice.findMany({ orderBy: { id: 'desc' }, take: limit })
  return rows.map((row) => ({ ...alertOf(row), toldAt: row.toldAt }))
}

/** How many mails were told after an instant: what one mail told has one instant. */
export async function countAlertEmailsSince(db: DatabaseOrTransaction, since: Date): Promise<number> {
  const rows = await db.notice.groupBy({ by: 'toldAt', where: { toldAt: { gt: since } } })
  return rows.length
}

/**
 * For whoever is about to tell: nobody else tries them before `until`. Returns the ids of those that were free; counts
 * a try of each.
 */
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
