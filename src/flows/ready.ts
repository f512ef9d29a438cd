import { assertDkimSigns, loadDkimKey } from '../delivery/dkim.ts'
import { inTime } from '../platform/in-time.ts'
import { missingMigrations } from '../platform/migrations.ts'
import type { Deps } from '../wiring.ts'

const ANSWER_WITHIN_MS = 2000

export interface Readiness {
  database: boolean
  migrations: boolean
  /** Mails are signed as the settings say: true also where they ask for no signature. */
  mailSigning: boolean
}

/** Whether the database answers within two seconds with every migration of this release, and the DKIM key signs. */
export async function readiness({ db, config }: Deps): Promise<Readiness> {
  const [missing, mailSigning] = await Promise.all([
    inTime(ANSWER_WITHIN_MS, missingMigrations(db)),
    keySigns(config),
  ])
  return { database: missing !== undefined, migrations: missing?.length === 0, mailSigning }
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
