import type { DatabaseOrTransaction } from '../../core/database/database.ts'
import type { Day } from '../../core/dates.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import type { MessageState } from '../message.ts'

/** One subscriber for whom something was due on a date, and the outcome. */
export interface DayTotalsEntry {
  /** The digest's id. */
  id: number
  subscriberId: string
  /** Null once the subscriber is erased. */
  address: string | null
  outcome: string
  messageId: string | null
  state: MessageState | null
  reason: string | null
}

// The same conditions as in the day totals.
const COLUMN_CONDITIONS = {
  due: Prisma.sql`true`,
  nothingMatched: Prisma.sql`d.outcome = 'nothing_matched'`,
  paused: Prisma.sql`d.outcome = 'paused'`,
  missed: Prisma.sql`d.outcome = 'missed'`,
  planned: Prisma.sql`d.outcome = 'planned'`,
  accepted: Prisma.sql`m.state = 'accepted'`,
  refused: Prisma.sql`m.state = 'refused'`,
  gaveUp: Prisma.sql`m.state = 'gave_up'`,
  skipped: Prisma.sql`m.state = 'skipped'`,
  uncertain: Prisma.sql`m.state = 'uncertain' and m.next_try >= m.deadline`,
  open: Prisma.sql`(m.state in ('ready', 'taken', 'deferred') or (m.state = 'uncertain' and m.next_try < m.deadline))`,
}

/** A column of the day totals. */
export type DayTotalsColumn = keyof typeof COLUMN_CONDITIONS
export const DAY_TOTALS_COLUMNS = Object.keys(COLUMN_CONDITIONS) as DayTotalsColumn[]

/** The subscribers counted in a column of the day totals, `most` of them after the digest with id `after`. */
export const dayTotalsEntries = (
  db: DatabaseOrTransaction,
  { date, column, most, after }: { date: Day; column: DayTotalsColumn; most: number; after: number },
): Promise<DayTotalsEntry[]> => db.$queryRaw<DayTotalsEntry[]>`
  select d.id, d.subscriber_id as "subscriberId", s.address, d.outcome::text, m.id as "messageId", m.state::text, m.reason
  from digest d join subscriber s on s.id = d.subscriber_id left join message m on m.digest_id = d.id
  where d.local_date = ${date}::date and d.id > ${after} and ${COLUMN_CONDITIONS[column]} order by d.id limit ${most}`
