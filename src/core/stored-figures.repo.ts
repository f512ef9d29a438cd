import type { Database } from './database/database.ts'
import { type Day, dayOf, midnight } from './dates.ts'

/** The stored figures of days whose rows may have been pruned. */
export async function storedFigures<Figures extends { day: Day }>(
  db: Database,
  { from, to }: { from: Day; to: Day },
): Promise<Figures[]> {
  const rows = await db.dayTotals.findMany({
    where: { localDate: { gte: midnight(from), lte: midnight(to) } },
  })
  return rows.flatMap(({ figures }) => (figures === null ? [] : [figures as unknown as Figures]))
}

/** A bulk write: stores the figures of days for good; a day that already has figures keeps them. */
export async function storeFigures(db: Database, all: readonly { day: Day }[]): Promise<void> {
  await db.$executeRaw`
    insert into day_totals (local_date, figures)
    select (figures ->> 'day')::date, figures from jsonb_array_elements(${JSON.stringify(all)}::jsonb) figures
    on conflict (local_date) do update set figures = coalesce(day_totals.figures, excluded.figures)`
}

/**
 * A report: the newest day with stored figures, else the day before the first subscriber or the first due email; null
 * before both. For imported subscribers the time of the import counts, not an earlier sign-up.
 */
export async function figuresStoredThrough(db: Database): Promise<Day | null> {
  const [row] = await db.$queryRaw<{ day: Date | null }[]>`
    select coalesce((select max(local_date) from day_totals where figures is not null),
      (least((select min(greatest(created_at, imported_at)) from subscriber), (select min(not_before) from batch)) at time zone 'utc')::date - 1) as day`
  return row?.day ? dayOf(row.day) : null
}
