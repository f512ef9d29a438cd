import { missingMigrations } from '../platform/migrations.ts'
import type { Deps } from '../wiring.ts'

const ANSWER_WITHIN_MS = 2000

export interface Readiness {
  database: boolean
  migrations: boolean
}

/** Whether the database answers within two seconds, and has every migration of this release. */
export async function isReady({ db }: Deps): Promise<Readiness> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), ANSWER_WITHIN_MS)
  try {
    const missing = await Promise.race([missingMigrations(db), late.promise])
    return { database: true, migrations: missing.length === 0 }
  } catch {
    return { database: false, migrations: false }
  } finally {
    clearTimeout(timer)
  }
}
