import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { ConsentEvent } from './consent.ts'

export interface Consent {
  subscriberId: string
  at: Date
  event: ConsentEvent
  /** page, one-click, api, or the operator's note on how consent was given. */
  how: string
  /** The version of the text that was shown. */
  wording: string
}

/** Adds a row. Call it in the transaction of the change that it records. */
export async function recordConsent(db: DatabaseOrTransaction, consent: Consent): Promise<void> {
  await db.consent.create({ data: consent })
}

/** Oldest first. */
export async function consentsOf(db: DatabaseOrTransaction, subscriberId: string): Promise<Consent[]> {
  const rows = await db.consent.findMany({
    where: { subscriberId },
    orderBy: { id: 'asc' },
    omit: { id: true },
  })
  return rows.map((row) => ({ ...row, event: row.event as ConsentEvent }))
}

/** Time of the newest event of that kind. */
export async function lastConsentAt(
  db: DatabaseOrTransaction,
  subscriberId: string,
  event: ConsentEvent,
): Promise<Date | null> {
  const row = await db.consent.findFirst({ where: { subscriberId, event }, orderBy: { id: 'desc' } })
  return row?.at ?? null
}
