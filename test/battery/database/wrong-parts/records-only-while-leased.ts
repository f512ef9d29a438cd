import { recordAcceptances as recordRightly } from '../../../../src/mail/outbox/acceptance.repo.ts'

export * from '../../../../src/mail/outbox/acceptance.repo.ts'

/** Drops the acceptances of a worker that has lost its lease. */
export const recordAcceptances: typeof recordRightly = async (db, accepted, again) => {
  const held = await db.$queryRaw<{ id: string }[]>`
    select m.id from message m join batch b on b.id = m.batch_id
    where m.id = any(${accepted.map(({ messageId }) => messageId)})
      and m.state = 'taken' and m.taken_by = b.owner and b.lease_until > now()`
  const ids = new Set(held.map(({ id }) => id))
  await recordRightly(
    db,
    accepted.filter(({ messageId }) => ids.has(messageId)),
    again,
  )
}
