import type { Database } from '../../../../src/core/database/database.ts'
import { Prisma } from '../../../../src/generated/prisma/client.ts'
import { takeMessages as takeRightly } from '../../../../src/mail/outbox/message.repo.ts'
import { type Take, takeThoseWhoMay } from './take-those-who-may.ts'

export * from '../../../../src/mail/outbox/message.repo.ts'

const looked = new Map<number, string[]>()

/** Looks at the subscribers of a batch when it is leased, and at none of them again when their turn comes. */
export const takeMessages: Take = async (db, input) => {
  const { batch } = input
  if (!looked.has(batch)) looked.set(batch, await whoMay(db, batch))
  const handful = await takeThoseWhoMay(db, input, Prisma.sql`m.id = any(${looked.get(batch)!})`)
  return handful.taken.length > 0 ? handful : takeRightly(db, input)
}

async function whoMay(db: Database, batch: number): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    select m.id from message m join subscriber s on s.id = m.subscriber_id
    where m.batch_id = ${batch} and s.erased_at is null and s.state <> 'suppressed'
      and (s.state = 'active' or m.kind not in ('digest', 'welcome', 'note'))`
  return rows.map(({ id }) => id)
}
