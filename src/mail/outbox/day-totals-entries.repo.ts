import type { DatabaseOrTransaction } from '../../core/database/database.ts'
import type { Day } from '../../core/dates.ts'
import { Prisma } from '../../generated/prisma/client.ts'
import type { MessageState } from '../message.ts'

/** Somebody for whom something was due on a date, and what became of it. */
export interface DayTotalsEntry {
  /** Of the digest. */
  id: number
  subscriberId: string
  /** Null once erased. */
  address: string | null
  outcome: string
  messageId: string | null
  state: MessageState | null
  reason: string | null
}

// As the books count them.
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

/** A column of the books of a date. */
export type DayTotalsColumn = keyof typeof COLUMN_CONDITIONS
export const DAY_TOTALS_COLUMNS = Object.keys(COLUMN_CONDITIONS) as DayTotalsColumn[]

/** Who is counted in a column of the books, `most` of them after the digest of that id. */
export const dayTotalsEntries = (
  db: DatabaseOrTransaction,
  { date, column, most, after }: { date: Day; column: DayTotalsColumn; most: number; after: number },
): Promise<DayTotalsEntry[]> => db.$queryRaw<DayTotalsEntry[]>`
  select d.id, d.subscriber_id as "subscriberId", s.address, d.outcome::text, m.id as "messageId", m.state::text, m.reason
  from digest d join subscriber s on s.id = d.subscriber_id left join message m on m.digest_id = d.id
  where d.local_date = ${date}::date and d.id > ${after} and ${COLUMN_CONDITIONS[column]} order by d.id limit ${most}`
