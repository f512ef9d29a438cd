import pg from 'pg'

export { WATCHDOG_DEFAULTS as PATIENCE } from '../../../../src/core/database/watchdog-client.ts'

/** Whoever was asked will answer, some day. */
export const patientClient = () => pg.Client
