import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { type Day, midnight } from '../core/dates.ts'

/** Every digest of a subscriber, complete, oldest first. */
export const digestsOf = (db: DatabaseOrTransaction, subscriberId: string) =>
  db.digest.findMany({
    where: { subscriberId },
    omit: { subscriberId: true, planId: true },
    orderBy: { id: 'asc' },
  })

/** A subscriber's digest of a date with its plan and the id of its message; null if none was opened. */
export const digestOn = (
  db: DatabaseOrTransaction,
  { subscriberId, localDate }: { subscriberId: string; localDate: Day },
) =>
  db.digest.findUnique({
    where: { subscriberId_localDate: { subscriberId, localDate: midnight(localDate) } },
    include: { plan: true, message: { select: { id: true } } },
  })

/** The ranges and papers of a subscriber's digests before a date, newest first. */
export const digestsBefore = (
  db: DatabaseOrTransaction,
  { subscriberId, localDate }: { subscriberId: string; localDate: Day },
) =>
  db.digest.findMany({
    where: { subscriberId, localDate: { lt: midnight(localDate) }, toPaper: { not: null } },
    select: { localDate: true, fromPaper: true, toPaper: true, papers: true },
    orderBy: { localDate: 'desc' },
  })
