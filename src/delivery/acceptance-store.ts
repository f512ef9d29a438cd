import type { DatabaseOrTransaction } from '../platform/database.ts'

export interface NewAcceptance {
  messageId: string
  at: Date
  /** What the server said, without addresses. */
  answer: string
}

/**
 * Writes acceptances down, all or none. Nobody's lease is asked for: what the server accepted is accepted, whoever
 * saw it, and beats every other state.
 */
export async function recordAcceptances(db: DatabaseOrTransaction, accepted: NewAcceptance[]): Promise<void> {
  await db.$executeRaw`
    insert into acceptance (message_id, at, answer)
    select * from unnest(
      ${accepted.map(({ messageId }) => messageId)}::text[],
      ${accepted.map(({ at }) => at.toISOString())}::timestamptz[],
      ${accepted.map(({ answer }) => answer)}::text[])`
}

const DAYS = 4

/**
 * The most mails that were accepted in one day, of the last four days of 24 hours each. Counts no further than `most`.
 */
export async function busiestDay(
  db: DatabaseOrTransaction,
  { now, most }: { now: Date; most: number },
): Promise<number> {
  const [row] = await db.$queryRaw<[{ mails: number }]>`
    select max((select count(*) from (
      select from acceptance where at > ${now}::timestamptz - make_interval(hours => 24 * (day + 1))
        and at <= ${now}::timestamptz - make_interval(hours => 24 * day) limit ${most}) accepted))::int as mails
    from generate_series(0, ${DAYS - 1}::int) day`
  return row.mails
}
