import type { DatabaseOrTransaction } from '../core/database/database.ts'

/** Reports that have not been read yet. */
export interface WaitingReports {
  count: number
  /** When the oldest one arrived; null if none waits. */
  oldest: Date | null
}

export async function waitingReports(db: DatabaseOrTransaction): Promise<WaitingReports> {
  const [row] = await db.$queryRaw<[WaitingReports]>`
    select count(*)::int as count, min(at) as oldest from report where state = 'waiting'`
  return row
}

/** When the newest report of each channel arrived. */
export async function newestByChannel(db: DatabaseOrTransaction): Promise<ReadonlyMap<string, Date>> {
  const rows = await db.report.groupBy({ by: ['channel'], _max: { at: true } })
  return new Map(rows.flatMap(({ channel, _max: { at } }) => (at ? [[channel, at] as const] : [])))
}

/** Number of unreadable reports since an instant. */
export const countUnreadable = (db: DatabaseOrTransaction, from: Date): Promise<number> =>
  db.report.count({ where: { state: 'unreadable', at: { gte: from } } })
