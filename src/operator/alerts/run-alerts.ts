import type { Deps } from '../../core/deps.ts'
import { errorFields } from '../../core/errors.ts'
import { findAlerts } from './find-alerts.ts'
import { sendAlerts } from './send-alerts.ts'

/** Detects incidents and sends pending alerts. Never rejects, since it is what reports errors. */
export async function runAlerts(deps: Deps): Promise<void> {
  for (const step of [findAlerts, sendAlerts]) {
    try {
      await step(deps)
    } catch (error) {
      deps.log.error('notice.failed', errorFields(error))
    }
  }
}
