export * from '../../../../src/core/database/database.ts'

/** Whatever fails while a page is filled is taken for the database, so that nobody is tried without the others. */
export const isDatabaseUnavailable = (): boolean => true
