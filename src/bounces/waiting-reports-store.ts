import type { DatabaseOrTransaction } from '../platform/database.ts'

/** Reports that nobody has read yet. */
export interface WaitingReports {
  count: number
  /** When the oldest of them came; null where none waits. */
  oldest: Date | null
}

export async function waitingReports(db: DatabaseOrTransaction): Promise<WaitingReports> {
  const [row] = await db.$queryRaw<[WaitingReports]>`
    select count(*)::int as count, min(at) as oldest from report where state = 'waiting'`
  return row
}

/** How many came from an instant on that could not be read. */
export const countUnreadable = (db: DatabaseOrTransaction, from: Date): Promise<number> =>
  db.report.count({ where: { state: 'unreadable', at: { gte: from } } })
