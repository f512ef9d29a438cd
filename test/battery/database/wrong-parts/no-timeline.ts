export { databaseIdentity, isSameDatabase } from '../../../../src/core/database/database-identity.repo.ts'

/** Treats a promoted standby as the database that it was copied from. */
export const databaseTimeline = async (): Promise<null> => null
