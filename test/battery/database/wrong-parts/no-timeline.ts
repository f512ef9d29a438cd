export { databaseIdentity, isSameDatabase } from '../../../../src/core/database/database-identity.repo.ts'

/** Wrong: takes a promoted standby for the database that it was copied from. */
export const databaseTimeline = async (): Promise<null> => null
