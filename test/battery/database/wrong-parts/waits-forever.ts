import type pg from 'pg'

export { MAX_SILENCE_MS } from '../../../../src/core/database/connection.ts'

/** Waits for a reply without a limit. */
export const connectionOptions = (url: string): pg.ClientConfig => ({ connectionString: url })
