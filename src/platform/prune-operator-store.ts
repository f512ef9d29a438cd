import type { DatabaseOrTransaction } from './database.ts'

export interface PrunedOperatorRows {
  notices: number
  sessions: number
  importRuns: number
}

const where = ({ now, kept }: { now: Date; kept: Date }) => ({
  notices: { toldAt: { lt: kept } },
  sessions: { expiresAt: { lt: now } },
  importRuns: { doneAt: { lt: kept } },
})

/** Notices told and imports done before `kept`, and logins that have ended. What the operator did stays. */
export async function countOldOperatorRows(
  db: DatabaseOrTransaction,
  instants: { now: Date; kept: Date },
): Promise<PrunedOperatorRows> {
  const { notices, sessions, importRuns } = where(instants)
  return {
    notices: await db.notice.count({ where: notices }),
    sessions: await db.adminSession.count({ where: sessions }),
    importRuns: await db.importRun.count({ where: importRuns }),
  }
}

/** Takes them away. */
export async function deleteOldOperatorRows(
  db: DatabaseOrTransaction,
  instants: { now: Date; kept: Date },
): Promise<PrunedOperatorRows> {
  const { notices, sessions, importRuns } = where(instants)
  return {
    notices: (await db.notice.deleteMany({ where: notices })).count,
    sessions: (await db.adminSession.deleteMany({ where: sessions })).count,
    importRuns: (await db.importRun.deleteMany({ where: importRuns })).count,
  }
}
