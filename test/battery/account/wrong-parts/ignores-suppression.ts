import { Prisma } from '../../../../src/generated/prisma/client.ts'
import { takeMessages as takeRightly } from '../../../../src/mail/outbox/message.repo.ts'
import { type Take, takeThoseWhoMay } from './take-those-who-may.ts'

export * from '../../../../src/mail/outbox/message.repo.ts'

/** A digest goes to active subscribers alone; whatever else there is goes to everybody, suppressed or not. */
export const takeMessages: Take = async (db, input) => {
  const handful = await takeThoseWhoMay(
    db,
    input,
    Prisma.sql`(s.state = 'active' or m.kind not in ('digest', 'welcome', 'note'))`,
  )
  return handful.taken.length > 0 ? handful : takeRightly(db, input)
}
