import type { DatabaseOrTransaction } from '../platform/database.ts'
import { type Day, dayOf } from '../platform/dates.ts'
import type { MessageState } from './message.ts'

/** What became of one local date on which a digest was due. */
export interface Receipt {
  localDate: Day
  outcome: 'due' | 'planned' | 'nothing_matched' | 'paused' | 'missed'
  /** How many papers its mail holds. */
  papers: number
  /** Of its message; null where there is none. */
  messageId: string | null
  state: MessageState | null
  /** Why it was skipped, refused or given up. */
  reason: string | null
  /** It is not tried any more. */
  ended: boolean
  acceptedAt: Date | null
  /** What its papers were is still known. */
  kept: boolean
}

/** A subscriber's, from a date on, newest first. */
export async function receiptsSince(
  db: DatabaseOrTransaction,
  subscriberId: string,
  since: Day,
): Promise<Receipt[]> {
  const rows = await db.$queryRaw<(Omit<Receipt, 'localDate'> & { localDate: Date })[]>`
    select d.local_date as "localDate", d.outcome::text, cardinality(d.papers) as papers, m.id as "messageId",
      m.state::text, m.reason, coalesce(m.next_try >= m.deadline, false) as ended,
      (select min(a.at) from acceptance a where a.message_id = m.id) as "acceptedAt",
      d.content is not null and d.content <> '{}' as kept
    from digest d left join message m on m.digest_id = d.id
    where d.subscriber_id = ${subscriberId} and d.local_date >= ${since}::date
    order by d.local_date desc`
  return rows.map(({ localDate, ...row }) => ({ ...row, localDate: dayOf(localDate) }))
}
