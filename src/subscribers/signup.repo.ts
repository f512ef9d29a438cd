import type { Database } from '../core/database/database.ts'
import { Prisma, type Signup as SignupRow } from '../generated/prisma/client.ts'
import type { SignupRequest } from './subscriber.ts'

/** A sign-up request, until the person presses the button behind the emailed link. */
export interface Signup extends Omit<SignupRow, 'request'> {
  request: SignupRequest
}

export interface NewSignup {
  subscriberId: string
  request: SignupRequest
  now: Date
  /** The operator's note on how consent was given; then no button is needed. Deleted with the subscriber's data. */
  note?: string
}

/** Returns the sign-up's id. */
export async function createSignup(
  db: Database,
  { subscriberId, request, now, note }: NewSignup,
): Promise<number> {
  const noted: object = note === undefined ? request : { ...request, note }
  const { id } = await db.signup.create({
    data: {
      subscriberId,
      request: noted as Prisma.InputJsonObject,
      createdAt: now,
      confirmedAt: note === undefined ? null : now,
    },
  })
  return id
}

/** The newest sign-up after `since` that was not confirmed. */
export async function newestUnconfirmedSignup(
  db: Database,
  { subscriberId, since }: { subscriberId: string; since: Date },
): Promise<Signup | null> {
  const row = await db.signup.findFirst({
    where: { subscriberId, confirmedAt: null, createdAt: { gt: since } },
    orderBy: { id: 'desc' },
  })
  return row && { ...row, request: row.request as unknown as SignupRequest }
}

/** Makes the confirmation links of all requests invalid. Returns the number of requests. */
export async function deleteUnconfirmedSignups(db: Database, subscriberId: string): Promise<number> {
  return (await db.signup.deleteMany({ where: { subscriberId, confirmedAt: null } })).count
}

/** A report: notes of the operator and of an import on how a subscriber gave consent, and their times: oldest first. */
export const consentNotesOf = (db: Database, subscriberId: string) =>
  db.$queryRaw<{ at: Date; note: string }[]>`
    select at, note from (
      select c.at, s.confirmed_how as note, 0 as id from subscriber s join consent c on c.subscriber_id = s.id
      where s.id = ${subscriberId} and c.how = 'import' and c.event = 'confirmed'
      union all select created_at, request->>'note', id from signup where subscriber_id = ${subscriberId}) notes
    where note is not null order by id`

export async function signupById(db: Database, id: number): Promise<Signup | null> {
  const row = await db.signup.findUnique({ where: { id } })
  return row && { ...row, request: row.request as unknown as SignupRequest }
}

export async function markSignupConfirmed(db: Database, id: number, now: Date): Promise<void> {
  await db.signup.update({ where: { id }, data: { confirmedAt: now } })
}

/** Sign-ups that the operator did not note. */
export const WITHOUT_NOTE = { request: { path: ['note'], equals: Prisma.DbNull } }

/** Deletes all but those that the operator noted, which have no link. Makes the links of the others invalid. */
export async function deleteEmailedSignups(db: Database, subscriberId: string): Promise<void> {
  await db.signup.deleteMany({ where: { subscriberId, ...WITHOUT_NOTE } })
}
