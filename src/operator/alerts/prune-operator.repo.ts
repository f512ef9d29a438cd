import type { DatabaseOrTransaction } from '../../core/database/database.ts'

export interface PrunedOperatorRows {
  notices: number
  sessions: number
  importRuns: number
}

interface Cutoffs {
  now: Date
  kept: Date
  /** Kinds of notices that last until they are over. */
  lasting: readonly string[]
}

const where = ({ now, kept, lasting }: Cutoffs) => ({
  notices: {
    OR: [
      { overAt: { lt: kept } },
      {
        overAt: null,
        kind: { notIn: [...lasting] },
        OR: [{ toldAt: { lt: kept } }, { toldAt: null, at: { lt: kept } }],
      },
    ],
  },
  sessions: { expiresAt: { lt: now } },
  importRuns: { doneAt: { lt: kept } },
})

/**
 * Notices over, told or, where nobody was told, raised before `kept`, never one that still lasts; imports done before
 * `kept`, and logins that have ended. What the operator did stays.
 */
export async function countOldOperatorRows(
  db: DatabaseOrTransaction,
  cutoffs: Cutoffs,
): Promise<PrunedOperatorRows> {
  const { notices, sessions, importRuns } = where(cutoffs)
  return {
    notices: await db.notice.count({ where: notices }),
    sessions: await db.adminSession.count({ where: sessions }),
    importRuns: await db.importRun.count({ where: importRuns }),
  }
}

/** Takes them away. */
export async function deleteOldOperatorRows(
  db: DatabaseOrTransaction,
  cutoffs: Cutoffs,
): Promise<PrunedOperatorRows> {
  const { notices, sessions, importRuns } = where(cutoffs)
  return {
    notices: (await db.notice.deleteMany({ where: notices })).count,
    sessions: (await db.adminSession.deleteMany({ where: sessions })).count,
    importRuns: (await db.importRun.deleteMany({ where: importRuns })).count,
  }
}
