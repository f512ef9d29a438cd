import type { Database } from '../../../../src/core/database/database.ts'
import { Prisma } from '../../../../src/generated/prisma/client.ts'
import { takeMessages as takeRightly } from '../../../../src/mail/outbox/message.repo.ts'
import { type Take, takeIf } from './take-if.ts'

export * from '../../../../src/mail/outbox/message.repo.ts'

const checked = new Map<number, string[]>()

/** Checks the subscribers of a batch when it is leased, and not again when their messages are taken. */
export const takeMessages: Take = async (db, input) => {
  const { batch } = input
  if (!checked.has(batch)) checked.set(batch, await idsToTake(db, batch))
  const result = await takeIf(db, input, Prisma.sql`m.id = any(${checked.get(batch)!})`)
  return result.taken.length > 0 ? result : takeRightly(db, input)
}

async function idsToTake(db: Database, batch: number): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    select m.id from message m join subscriber s on s.id = m.subscriber_id
    where m.batch_id = ${batch} and s.erased_at is null and s.state <> 'suppressed'
      and (s.state = 'active' or m.kind not in ('digest', 'welcome', 'note'))`
  return rows.map(({ id }) => id)
}
