import { acceptsWrites } from '../core/database/database-facts.repo.ts'
import { pendingMigrations } from '../core/database/migrations.ts'
import type { Deps } from '../core/deps.ts'
import { tryWithTimeout } from '../core/with-timeout.ts'
import { assertDkimSigns, loadDkimKey } from '../mail/smtp/dkim.ts'

const ANSWER_WITHIN_MS = 2000

export interface Readiness {
  database: boolean
  migrations: boolean
  /** False if its disk is full, or if it is a standby. */
  writes: boolean
  /** The DKIM key works; also true if the settings require no signature. */
  mailSigning: boolean
}

/**
 * Checks that the database answers within two seconds, has every migration of this release and accepts writes, and that
 * the DKIM key can sign.
 */
export async function readiness({ db, config }: Deps): Promise<Readiness> {
  const [missing, writes, mailSigning] = await Promise.all([
    tryWithTimeout(ANSWER_WITHIN_MS, pendingMigrations(db)),
    tryWithTimeout(ANSWER_WITHIN_MS, acceptsWrites(db)),
    keySigns(config),
  ])
  return {
    database: missing !== undefined,
    migrations: missing?.length === 0,
    writes: writes === true,
    mailSigning,
  }
}

async function keySigns(config: Deps['config']): Promise<boolean> {
  try {
    const key = loadDkimKey(config)
    if (key) await assertDkimSigns(key)
    return true
  } catch {
    return false
  }
}
