import { Prisma } from '../../../../src/generated/prisma/client.ts'
import { takeMessages as takeRightly } from '../../../../src/mail/outbox/message.repo.ts'
import { type Take, takeThoseWhoMay } from './take-those-who-may.ts'

export * from '../../../../src/mail/outbox/message.repo.ts'

/** Leaves out whoever left, and takes everybody else for a subscriber. */
export const takeMessages: Take = async (db, input) => {
  const handful = await takeThoseWhoMay(
    db,
    input,
    Prisma.sql`s.state not in ('unsubscribed', 'paused', 'suppressed')`,
  )
  return handful.taken.length > 0 ? handful : takeRightly(db, input)
}
