import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { restartEmbeddedPostgres } from '../core/database/embedded-postgres.ts'
import { keepProcessLock } from '../core/database/process-lock.ts'
import type { Log } from '../core/log.ts'

/**
 * Holds the process lock and, until `stop`, starts the embedded Postgres again whenever the lock's connection ends.
 * Ends this process if a command has started the server at another port.
 */
export const keepEmbeddedPostgres = (
  { DATA_DIR }: Config,
  { databaseUrl, log }: { databaseUrl: string; log: Log },
): Promise<{ stop(): Promise<void> }> =>
  keepProcessLock(databaseUrl, log, {
    prepare: async () =>
      requireSamePort(await restartEmbeddedPostgres(join(DATA_DIR, 'postgres')), databaseUrl),
  })

function requireSamePort(port: number, databaseUrl: string): void {
  if (String(port) === new URL(databaseUrl).port) return
  setImmediate(() => {
    throw new Error(`the embedded Postgres has port ${port} now: start the service again`)
  })
}
