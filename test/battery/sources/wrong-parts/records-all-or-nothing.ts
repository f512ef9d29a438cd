import type { isDataRejection as rightly } from '../../../../src/core/database/database.ts'

export * from '../../../../src/core/database/database.ts'

/** Takes no error for a rejection of values: where the database rejects one record, the whole day is lost. */
export const isDataRejection: typeof rightly = () => false
