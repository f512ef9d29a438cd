import type { Database } from '../core/database/database.ts'
import { type ConsentEvent, wordingOf } from './consent.ts'

export interface Consent {
  subscriberId: string
  at: Date
  event: ConsentEvent
  /** page, one-click, api, or the operator's note on how consent was given. */
  how: string
  /** The version of the text that was shown. */
  wording: string
}

type NewConsent = Omit<Consent, 'wording'> & Partial<Pick<Consent, 'wording'>>

/** A bulk write: adds a row for each, in this order. Call it in the transaction of the changes that they record. */
export async function recordConsents(db: Database, consents: readonly NewConsent[]): Promise<void> {
  const rows = JSON.stringify(consents.map((one) => ({ ...one, wording: one.wording ?? wordingOf(one.how) })))
  await db.$executeRaw`
    insert into consent (subscriber_id, at, event, how, wording)
    select "subscriberId", at, event, how, wording from jsonb_to_recordset(${rows}::jsonb)
      as given("subscriberId" text, at timestamptz, event text, how text, wording text)`
}

/** Oldest first. */
export async function consentsOf(db: Database, subscriberId: string): Promise<Consent[]> {
  const rows = await db.consent.findMany({
    where: { subscriberId },
    orderBy: { id: 'asc' },
    omit: { id: true },
  })
  return rows.map((row) => ({ ...row, event: row.event as ConsentEvent }))
}

export async function lastConsentAt(
  db: Database,
  subscriberId: string,
  event: ConsentEvent,
): Promise<Date | null> {
  const row = await db.consent.findFirst({ where: { subscriberId, event }, orderBy: { id: 'desc' } })
  return row?.at ?? null
}
