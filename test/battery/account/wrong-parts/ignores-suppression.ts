import { Prisma } from '../../../../src/generated/prisma/client.ts'
import { takeMessages as takeRightly } from '../../../../src/mail/outbox/message.repo.ts'
import { type Take, takeIf } from './take-if.ts'

export * from '../../../../src/mail/outbox/message.repo.ts'

/** Digests go only to active subscribers; other emails go to everyone, also to suppressed addresses. */
export const takeMessages: Take = async (db, input) => {
  const result = await takeIf(
    db,
    input,
    Prisma.sql`(s.state = 'active' or m.kind not in ('digest', 'welcome', 'note'))`,
  )
  return result.taken.length > 0 ? result : takeRightly(db, input)
}
