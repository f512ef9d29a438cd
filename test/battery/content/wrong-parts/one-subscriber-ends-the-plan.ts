export * from '../../../../src/core/database/database.ts'

/** Treats every error of a page as an error of the database, so that subscribers are not tried one by one. */
export const isDatabaseUnavailable = (): boolean => true
