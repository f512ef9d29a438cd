import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/config.ts'
import { restartEmbeddedPostgres } from '../core/database/embedded-postgres.ts'
import { holdProcessLock } from '../core/database/process-lock.ts'
import { errorText } from '../core/errors.ts'
import type { Log } from '../core/log.ts'

const RESTART_AFTER_MS = 5_000

/**
 * Holds the process lock and, until `stop`, starts the embedded Postgres again whenever the lock's connection ends.
 * Ends this process if a command has started the server at another port.
 */
export async function keepEmbeddedPostgres(
  { DATA_DIR }: Config,
  { databaseUrl, log }: { databaseUrl: string; log: Log },
): Promise<{ stop(): Promise<void> }> {
  let isStopped = false
  const hold = () => holdProcessLock(databaseUrl, log, () => void restart())
  let lock = await hold()
  async function restart(): Promise<void> {
    await sleep(RESTART_AFTER_MS, undefined, { ref: false })
    if (isStopped) return
    try {
      requireSamePort(await restartEmbeddedPostgres(join(DATA_DIR, 'postgres')), databaseUrl)
      lock = await hold()
      if (isStopped) await lock.stop()
    } catch (error) {
      log.error('database.error', { what: errorText(error) })
      await restart()
    }
  }
  return {
    stop: async () => {
      isStopped = true
      await lock.stop()
    },
  }
}

function requireSamePort(port: number, databaseUrl: string): void {
  if (String(port) === new URL(databaseUrl).port) return
  setImmediate(() => {
    throw new Error(`the embedded Postgres has port ${port} now: start the service again`)
  })
}
