import type { Deps } from '../../core/deps.ts'
import { errorFields } from '../../core/errors.ts'
import { findAlerts } from './find-alerts.ts'
import { sendAlerts } from './send-alerts.ts'

/** Looks for what the operator must hear of, and tells what was not told yet. Never rejects: it is what tells of faults. */
export async function runAlerts(deps: Deps): Promise<void> {
  for (const step of [findAlerts, sendAlerts]) {
    try {
      await step(deps)
    } catch (error) {
      deps.log.error('notice.failed', errorFields(error))
    }
  }
}
