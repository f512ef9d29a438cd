import type { DatabaseOrTransaction } from '../../core/database/database.ts'

export interface PrunedOperatorRows {
  alerts: number
  sessions: number
  importRuns: number
}

interface Cutoffs {
  now: Date
  kept: Date
  /** Kinds of alerts with an incident that can end. */
  lasting: readonly string[]
}

const where = ({ now, kept, lasting }: Cutoffs) => ({
  alerts: {
    OR: [
      { endedAt: { lt: kept } },
      {
        endedAt: null,
        kind: { notIn: [...lasting] },
        OR: [{ sentAt: { lt: kept } }, { sentAt: null, at: { lt: kept } }],
      },
    ],
  },
  sessions: { expiresAt: { lt: now } },
  importRuns: { doneAt: { lt: kept } },
})

/**
 * Counts alerts whose incident ended before `kept`; alerts without an incident that were emailed or, if never emailed,
 * raised before `kept`; imports done before `kept`; and expired logins. Alerts of a lasting incident are kept, and so
 * is the log of the operator's actions.
 */
export async function countOldOperatorRows(
  db: DatabaseOrTransaction,
  cutoffs: Cutoffs,
): Promise<PrunedOperatorRows> {
  const { alerts, sessions, importRuns } = where(cutoffs)
  return {
    alerts: await db.alert.count({ where: alerts }),
    sessions: await db.adminSession.count({ where: sessions }),
    importRuns: await db.importRun.count({ where: importRuns }),
  }
}

/** Deletes the rows that countOldOperatorRows counts. */
export async function deleteOldOperatorRows(
  db: DatabaseOrTransaction,
  cutoffs: Cutoffs,
): Promise<PrunedOperatorRows> {
  const { alerts, sessions, importRuns } = where(cutoffs)
  return {
    alerts: (await db.alert.deleteMany({ where: alerts })).count,
    sessions: (await db.adminSession.deleteMany({ where: sessions })).count,
    importRuns: (await db.importRun.deleteMany({ where: importRuns })).count,
  }
}
