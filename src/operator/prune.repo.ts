import type { Database } from '../core/database/database.ts'
import { WITHOUT_NOTE } from '../subscribers/signup.repo.ts'

interface RowCutoffs {
  now: Date
  /** For everything that is kept for KEEP_DAYS. */
  kept: Date
  /** For requests that were never confirmed. */
  unconfirmed: Date
  /** For reports without a bounce event. */
  empty: Date
}

interface Table<Where> {
  count(query: { where: Where }): PromiseLike<number>
  deleteMany(query: { where: Where }): PromiseLike<{ count: number }>
}

/**
 * Deletes rows that one statement can delete, or counts them in a dry run. Reports that were not read, the operator's
 * notes and the log of the operator's actions are kept.
 */
export async function pruneRows(
  db: Database,
  { now, kept, unconfirmed, empty }: RowCutoffs,
  { dryRun }: { dryRun: boolean },
) {
  const prune = async <Where>(table: Table<Where>, where: Where): Promise<number> =>
    dryRun ? table.count({ where }) : (await table.deleteMany({ where })).count
  const isOldRequest = {
    OR: [{ confirmedAt: null, createdAt: { lt: unconfirmed } }, { createdAt: { lt: kept } }],
  }
  return {
    reports: await prune(db.report, {
      state: { not: 'waiting' },
      OR: [{ at: { lt: kept } }, { at: { lt: empty }, bounces: { none: {} } }],
    }),
    /** Histories of emails that were requested for one person's address. */
    emailLimits: await prune(db.emailLimit, { keptUntil: { lt: now } }),
    signups: await prune(db.signup, { ...WITHOUT_NOTE, ...isOldRequest }),
    addressChanges: await prune(db.addressChange, isOldRequest),
    changes: await prune(db.change, { at: { lt: kept } }),
    sessions: await prune(db.adminSession, { expiresAt: { lt: now } }),
  }
}
