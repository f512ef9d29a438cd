import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { fingerprintOf } from '../core/secrets.ts'
import { readSwitch, type Switch, setSwitchOnce } from '../core/switch.repo.ts'

const NAME = 'suppression-key'

/**
 * Records at the first start the SUPPRESSION_KEY of this database: with another one, no suppressed address would be
 * recognised. Throws config.suppression-key if the recorded key is a different one.
 */
export async function recordSuppressionKey({ config, db, clock }: Deps): Promise<void> {
  const value = fingerprintOf(config.SUPPRESSION_KEY)
  const recorded = await setSwitchOnce(db, NAME, { value, reason: 'first start', at: clock.now() })
  requireSame(recorded, value)
}

/** Only checks. Throws config.suppression-key. */
export async function requireSuppressionKey({ config, db }: Pick<Deps, 'config' | 'db'>): Promise<void> {
  requireSame(await readSwitch(db, NAME), fingerprintOf(config.SUPPRESSION_KEY))
}

function requireSame(recorded: Switch | null, value: string): void {
  if (recorded && recorded.value !== value) {
    throw new Fault('config.suppression-key', { since: recorded.at.toISOString() })
  }
}
