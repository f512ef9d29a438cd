import type { DatabaseOrTransaction } from '../core/database/database.ts'
import { type Day, dayOf, midnight } from '../core/dates.ts'
import type { Prisma } from '../generated/prisma/client.ts'
import type { OutcomeCounts } from './reconciliation.ts'

/** The stored totals of a date whose digests may be pruned; null if all its digests are kept. */
export async function storedDayTotals(db: DatabaseOrTransaction, date: Day): Promise<OutcomeCounts | null> {
  const row = await db.dayTotals.findUnique({
    where: { localDate: midnight(date) },
    select: { counts: true },
  })
  return (row?.counts ?? null) as OutcomeCounts | null
}

/** Stores the totals of a date permanently: its digests may be deleted from then on. */
export async function saveDayTotals(
  db: DatabaseOrTransaction,
  { date, counts, now }: { date: Day; counts: OutcomeCounts; now: Date },
): Promise<void> {
  const kept = { counts: { ...counts } as Prisma.InputJsonObject, prunedAt: now }
  const localDate = midnight(date)
  await db.dayTotals.upsert({ where: { localDate }, create: { localDate, ...kept }, update: kept })
}

/** The newest local date whose digests may be deleted; null if all are kept. */
export async function prunedThrough(db: DatabaseOrTransaction): Promise<Day | null> {
  const [row] = await db.$queryRaw<{ date: Date | null }[]>`
    select max(local_date) as date from day_totals where counts is not null`
  return row?.date ? dayOf(row.date) : null
}

/** Local dates before `before` that have plans but no stored totals, oldest first. */
export async function datesWithoutTotals(db: DatabaseOrTransaction, before: Day): Promise<Day[]> {
  const rows = await db.$queryRaw<{ date: Date }[]>`
    select distinct p.local_date as date from plan p
    where p.local_date < ${before}::date
      and not exists (select from day_totals t where t.local_date = p.local_date and t.counts is not null)
    order by 1`
  return rows.map(({ date }) => dayOf(date))
}
