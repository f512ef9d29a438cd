import { hash } from 'node:crypto'
import type { Database } from '../../core/database/database.ts'
import { type Day, midnight } from '../../core/dates.ts'

/** Stands for the text of a topic. */
export const topicKey = (text: string): string => hash('sha256', text, 'base64url')

export interface StoredGrade {
  /** See topicKey. */
  topic: string
  paperId: number
  /** The first day of the paper. */
  day: Date
  /** From 0 to 10; null if the reply was not usable. */
  grade: number | null
  reason: string
}

/** What a model said about papers of the days from `since` on, for some topics. */
export const storedGrades = (
  db: Database,
  { topics, model, since }: { topics: readonly string[]; model: string; since: Day },
): Promise<StoredGrade[]> =>
  db.readerGrade.findMany({
    where: { topic: { in: [...topics] }, model, day: { gte: midnight(since) } },
    select: { topic: true, paperId: true, day: true, grade: true, reason: true },
  })

/** Another process may have stored one meanwhile, which stays. */
export async function storeGrade(
  db: Database,
  grade: StoredGrade & { model: string; at: Date },
): Promise<void> {
  await db.readerGrade.createMany({ data: grade, skipDuplicates: true })
}

/** A claim: counts one paper that is sent to the reader on a day; false if all processes have sent so many. */
export async function takeFromBudget(
  db: Database,
  { day, perDay }: { day: Day; perDay: number },
): Promise<boolean> {
  const taken = await db.$executeRaw`
    insert into reader_day as d (day, asked) values (${day}::date, 1)
    on conflict (day) do update set asked = d.asked + 1 where d.asked < ${perDay}`
  return taken === 1
}

/** Of a day's budget, what topics in other languages may use: visitors ask about them, and digests need the rest. */
const SHARE_OF_OFFERS = 0.25

/** A claim: the same for a topic in another language; false also if a quarter of the budget went to such topics. */
export async function takeOfferFromBudget(
  db: Database,
  { day, perDay }: { day: Day; perDay: number },
): Promise<boolean> {
  const most = Math.ceil(perDay * SHARE_OF_OFFERS)
  const taken = await db.$executeRaw`
    insert into reader_day as d (day, asked, offered) values (${day}::date, 1, 1)
    on conflict (day) do update set asked = d.asked + 1, offered = d.offered + 1
    where d.asked < ${perDay} and d.offered < ${most}`
  return taken === 1
}

/** Deletes, or counts in a dry run, grades that were given before `kept`, and the counts of those days. */
export async function pruneGrades(
  db: Database,
  { kept, dryRun }: { kept: Date; dryRun: boolean },
): Promise<{ grades: number }> {
  const where = { at: { lt: kept } }
  if (dryRun) return { grades: await db.readerGrade.count({ where }) }
  await db.readerDay.deleteMany({ where: { day: { lt: kept } } })
  return { grades: (await db.readerGrade.deleteMany({ where })).count }
}
