import type { DatabaseOrTransaction } from '../core/database/database.ts'
import type { Prisma } from '../generated/prisma/client.ts'
import type { SignupRequest } from './subscriber.ts'

/** What somebody asked for, until the button behind the mailed link is pressed. */
export interface Signup {
  id: number
  subscriberId: string
  wish: SignupRequest
  createdAt: Date
  confirmedAt: Date | null
}

export interface NewSignup {
  subscriberId: string
  wish: SignupRequest
  now: Date
  /** The operator's words on how they said yes: then it needs no button. They go when the subscriber is erased. */
  note?: string
}

/** Returns its id. */
export async function createSignup(
  db: DatabaseOrTransaction,
  { subscriberId, wish, now, note }: NewSignup,
): Promise<number> {
  const noted: object = note === undefined ? wish : { ...wish, note }
  const { id } = await db.signup.create({
    data: {
      subscriberId,
      wish: noted as Prisma.InputJsonObject,
      createdAt: now,
      confirmedAt: note === undefined ? null : now,
    },
  })
  return id
}

/** The newest sign-up after `since` whose button was not pressed. */
export async function newestUnconfirmedSignup(
  db: DatabaseOrTransaction,
  { subscriberId, since }: { subscriberId: string; since: Date },
): Promise<Signup | null> {
  const row = await db.signup.findFirst({
    where: { subscriberId, confirmedAt: null, createdAt: { gt: since } },
    orderBy: { id: 'desc' },
  })
  return row && { ...row, wish: row.wish as unknown as SignupRequest }
}

/** The button of whatever was asked for does nothing any more. Returns how many wishes there were. */
export async function deleteUnconfirmedSignups(
  db: DatabaseOrTransaction,
  subscriberId: string,
): Promise<number> {
  return (await db.signup.deleteMany({ where: { subscriberId, confirmedAt: null } })).count
}

/** What the operator noted on how a subscriber said yes, and when: oldest first. */
export async function consentNotesOf(
  db: DatabaseOrTransaction,
  subscriberId: string,
): Promise<{ at: Date; note: string }[]> {
  const rows = await db.signup.findMany({
    where: { subscriberId },
    select: { createdAt: true, wish: true },
    orderBy: { id: 'asc' },
  })
  return rows.flatMap(({ createdAt: at, wish }) => {
    const { note } = wish as { note?: string }
    return note === undefined ? [] : [{ at, note }]
  })
}

export async function signupById(db: DatabaseOrTransaction, id: number): Promise<Signup | null> {
  const row = await db.signup.findUnique({ where: { id } })
  return row && { ...row, wish: row.wish as unknown as SignupRequest }
}

export async function markSignupConfirmed(db: DatabaseOrTransaction, id: number, now: Date): Promise<void> {
  await db.signup.update({ where: { id }, data: { confirmedAt: now } })
}

/** All but those that the operator noted, which no link leads to. Their links end with them. */
export async function deleteEmailedSignups(db: DatabaseOrTransaction, subscriberId: string): Promise<void> {
  await db.$executeRaw`delete from signup where subscriber_id = ${subscriberId} and not wish ? 'note'`
}
