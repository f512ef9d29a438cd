import type { DatabaseOrTransaction } from '../platform/database.ts'
import { type Day, dayOf } from '../platform/dates.ts'
import type { DigestContent } from './digest-content.ts'

/** What the mail of a planned digest is made of. */
export interface PlannedDigest {
  content: DigestContent
  confirmedOn: Day
  format: 'html' | 'text'
}

/** Null for a digest that is not there, or was never filled with papers. */
export async function plannedDigest(db: DatabaseOrTransaction, id: number): Promise<PlannedDigest | null> {
  const row = await db.digest.findUnique({ where: { id }, include: { subscriber: true } })
  if (!row?.content) return null
  const { confirmedAt, format } = row.subscriber
  return {
    content: row.content as unknown as DigestContent,
    confirmedOn: dayOf(confirmedAt ?? row.createdAt),
    format,
  }
}
