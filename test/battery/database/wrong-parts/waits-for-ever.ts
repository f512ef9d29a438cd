import pg from 'pg'

export { WATCHDOG_DEFAULTS } from '../../../../src/core/database/watchdog-client.ts'

/** Whoever was asked will answer, some day. */
export const watchdogClient = () => pg.Client
