import type { Database } from '../../core/database/database.ts'
import { type Day, dayOf, midnight } from '../../core/dates.ts'

/** A token as its subscriber sees it, without the token. */
interface AgentToken {
  id: number
  name: string
  createdAt: Date
  /** The day of its last use (UTC); null if it was never used. */
  lastUsed: Date | null
}

const SHOWN = { id: true, name: true, createdAt: true, lastUsed: true } as const

interface NewToken {
  subscriberId: string
  epoch: number
  hash: string
  name: string
  createdAt: Date
}

export const addToken = async (tx: Database, data: NewToken): Promise<number> =>
  (await tx.agentToken.create({ data, select: { id: true } })).id

/** Those that work, oldest first. */
export const agentTokensOf = (
  db: Database,
  { id: subscriberId, epoch }: { id: string; epoch: number },
): Promise<AgentToken[]> =>
  db.agentToken.findMany({ where: { subscriberId, epoch }, select: SHOWN, orderBy: { id: 'asc' } })

/** With the id and the epoch of its subscriber; null if no token has it. */
export const tokenByHash = (db: Database, hash: string) =>
  db.agentToken.findUnique({ where: { hash }, select: { ...SHOWN, subscriberId: true, epoch: true } })

/** Null if it was revoked, or belongs to someone else. */
export const tokenById = (db: Database, { id, subscriberId }: { id: number; subscriberId: string }) =>
  db.agentToken.findUnique({ where: { id, subscriberId }, select: SHOWN })

/** False if it does not exist. */
export async function deleteToken(
  tx: Database,
  where: { id: number; subscriberId: string },
): Promise<boolean> {
  const { count } = await tx.agentToken.deleteMany({ where })
  return count > 0
}

/** Writes up to once a day. */
export async function recordUse(db: Database, { id }: { id: number }, today: Day): Promise<void> {
  const earlier = { OR: [{ lastUsed: null }, { lastUsed: { lt: midnight(today) } }] }
  await db.agentToken.updateMany({ where: { id, ...earlier }, data: { lastUsed: midnight(today) } })
}

/** Tokens of an earlier address or subscription: none of them works. */
export async function deleteEndedTokens(
  tx: Database,
  { id: subscriberId, epoch }: { id: string; epoch: number },
): Promise<void> {
  await tx.agentToken.deleteMany({ where: { subscriberId, epoch: { not: epoch } } })
}

export async function eraseTokens(tx: Database, subscriberId: string): Promise<void> {
  await tx.agentToken.deleteMany({ where: { subscriberId } })
}

export async function exportTokens(db: Database, subscriberId: string) {
  const tokens = await db.agentToken.findMany({
    where: { subscriberId },
    select: SHOWN,
    orderBy: { id: 'asc' },
  })
  return tokens.map(({ id: _, lastUsed, ...token }) => ({ ...token, lastUsed: lastUsed && dayOf(lastUsed) }))
}
