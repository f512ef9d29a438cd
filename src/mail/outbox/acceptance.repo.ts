import type { Database } from '../../core/database/database.ts'
import { DAY_MS, type Day } from '../../core/dates.ts'

export interface NewAcceptance {
  messageId: string
  /** Of the message. */
  localDate: Day
  at: Date
  /** The server's reply, without addresses. */
  reply: string
}

/**
 * A bulk write: records acceptances, all or none. Ignores leases: an acceptance is final, whichever worker received it,
 * and overrides every other state. `again`: an earlier call failed and may have recorded them, so those that exist are
 * skipped.
 */
export async function recordAcceptances(
  db: Database,
  accepted: NewAcceptance[],
  { again = false }: { again?: boolean } = {},
): Promise<void> {
  await db.$executeRaw`
    /* prepared: record-acceptances */
    insert into acceptance (message_id, local_date, at, reply)
    select * from unnest(
      ${accepted.map(({ messageId }) => messageId)}::text[],
      ${accepted.map(({ localDate }) => localDate)}::date[],
      ${accepted.map(({ at }) => at.toISOString())}::timestamptz[],
      ${accepted.map(({ reply }) => reply)}::text[]) as received(id, local_date, at, reply)
    where not ${again}::boolean or not exists (
      select from acceptance a where a.message_id = received.id and a.local_date = received.local_date
        and a.at = received.at and a.reply = received.reply)`
}

/** Number of acceptances from `from` until before `to`; stops counting at `most`. */
const countAcceptances = (
  db: Database,
  { from, to, most }: { from: Date; to: Date; most: number },
): Promise<number> =>
  // In the order of the index on `at`: by default, Prisma sorts by id.
  db.acceptance.count({ where: { at: { gte: from, lt: to } }, orderBy: { at: 'asc' }, take: most })

const DAYS = 4

/** The most emails accepted in one of the last four days of 24 hours each. Stops counting at `most`. */
export async function busiestDay(db: Database, { now, most }: { now: Date; most: number }): Promise<number> {
  const startOf = (day: number) => new Date(now.getTime() + 1 - day * DAY_MS)
  let busiest = 0
  for (let day = 0; day < DAYS; day++) {
    const mails = await countAcceptances(db, { from: startOf(day + 1), to: startOf(day), most })
    busiest = Math.max(busiest, mails)
  }
  return busiest
}

/** Whether the mail server has ever accepted an email, as far as records are kept. */
export const hasAcceptances = async (db: Database): Promise<boolean> =>
  (await db.acceptance.findFirst({ select: { id: true } })) !== null
