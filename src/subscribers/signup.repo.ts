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

/** The operator's notes on how a subscriber gave consent, and their times: oldest first. */
export async function consentNotesOf(
  db: Database,
  subscriberId: string,
): Promise<{ at: Date; note: string }[]> {
  const rows = await db.signup.findMany({
    where: { subscriberId },
    select: { createdAt: true, request: true },
    orderBy: { id: 'asc' },
  })
  return rows.flatMap(({ createdAt: at, request }) => {
    const { note } = request as { note?: string }
    return note === undefined ? [] : [{ at, note }]
  })
}

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
