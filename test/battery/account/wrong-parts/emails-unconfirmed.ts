import { Prisma } from '../../../../src/generated/prisma/client.ts'
import { takeMessages as takeRightly } from '../../../../src/mail/outbox/message.repo.ts'
import { type Take, takeIf } from './take-if.ts'

export * from '../../../../src/mail/outbox/message.repo.ts'

/** Skips those who left, and treats everyone else as a subscriber. */
export const takeMessages: Take = async (db, input) => {
  const result = await takeIf(db, input, Prisma.sql`s.state not in ('unsubscribed', 'paused', 'suppressed')`)
  return result.taken.length > 0 ? result : takeRightly(db, input)
}
