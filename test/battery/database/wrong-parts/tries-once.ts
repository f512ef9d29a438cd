import { recordAcceptances as recordRightly } from '../../../../src/mail/outbox/acceptance.repo.ts'

export * from '../../../../src/mail/outbox/acceptance.repo.ts'

/** Does not try again if the database is unreachable for a moment. */
export const recordAcceptances: typeof recordRightly = (db, ...accepted) =>
  recordRightly(db, ...accepted).catch(() => {})
