import type { Prisma } from '../generated/prisma/client.ts'
import type { DatabaseOrTransaction } from '../platform/database.ts'
import type { Wish } from './subscriber.ts'

/** What somebody asked for, until the button behind the mailed link is pressed. */
export interface Signup {
  id: number
  subscriberId: string
  wish: Wish
  createdAt: Date
  confirmedAt: Date | null
}

/** Returns its id. */
export async function createSignup(
  db: DatabaseOrTransaction,
  { subscriberId, wish, now }: { subscriberId: string; wish: Wish; now: Date },
): Promise<number> {
  const { id } = await db.signup.create({
    data: { subscriberId, wish: wish as unknown as Prisma.InputJsonObject, createdAt: now },
  })
  return id
}

export async function signupById(db: DatabaseOrTransaction, id: number): Promise<Signup | null> {
  const row = await db.signup.findUnique({ where: { id } })
  return row && { ...row, wish: row.wish as unknown as Wish }
}

export async function markSignupConfirmed(db: DatabaseOrTransaction, id: number, now: Date): Promise<void> {
  await db.signup.update({ where: { id }, data: { confirmedAt: now } })
}

/** Their links end with them. */
export async function deleteUnconfirmedSignups(
  db: DatabaseOrTransaction,
  subscriberId: string,
): Promise<void> {
  await db.signup.deleteMany({ where: { subscriberId, confirmedAt: null } })
}

export async function deleteSignups(db: DatabaseOrTransaction, subscriberId: string): Promise<void> {
  await db.signup.deleteMany({ where: { subscriberId } })
}
