import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { ConsentEvent } from './consent.ts'

export interface Consent {
  subscriberId: string
  at: Date
  event: ConsentEvent
  /** page, one-click, api, or how the operator came to know. */
  how: string
  /** The version of the words that were shown. */
  wording: string
}

/** Adds a row; call it in the transaction of the change that it tells of. */
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

/** When the newest event of that kind was. */
export async function lastConsentAt(
  db: DatabaseOrTransaction,
  subscriberId: string,
  event: ConsentEvent,
): Promise<Date | null> {
  const row = await db.consent.findFirst({ where: { subscriberId, event }, orderBy: { id: 'desc' } })
  return row?.at ?? null
}
