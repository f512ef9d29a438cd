import type { Prisma } from '../generated/prisma/client.ts'
import type { DatabaseOrTransaction } from './database.ts'
import { type Day, dayOf, midnight } from './dates.ts'

/** The figures of days whose rows are not all kept any more. */
export async function keptFigures<Figures extends { day: Day }>(
  db: DatabaseOrTransaction,
  { from, to }: { from: Day; to: Day },
): Promise<Figures[]> {
  const rows = await db.dayBook.findMany({ where: { localDate: { gte: midnight(from), lte: midnight(to) } } })
  return rows.flatMap(({ figures }) => (figures === null ? [] : [figures as unknown as Figures]))
}

/** Keeps the figures of days for good; those that are kept already stay as they are. */
export async function keepFigures(db: DatabaseOrTransaction, all: readonly { day: Day }[]): Promise<void> {
  for (const figures of all) {
    const json = { ...figures } as Prisma.InputJsonObject
    await db.$executeRaw`
      insert into day_book (local_date, figures) values (${figures.day}::date, ${JSON.stringify(json)}::jsonb)
      on conflict (local_date) do update set figures = coalesce(day_book.figures, excluded.figures)`
  }
}

/** The newest day whose figures are kept, else the day before anything happened; null where nothing did. */
export async function figuresKeptThrough(db: DatabaseOrTransaction): Promise<Day | null> {
  const [row] = await db.$queryRaw<{ day: Date | null }[]>`
    select coalesce((select max(local_date) from day_book where figures is not null),
      (least((select min(at) from consent), (select min(not_before) from chunk)) at time zone 'utc')::date - 1) as day`
  return row?.day ? dayOf(row.day) : null
}
