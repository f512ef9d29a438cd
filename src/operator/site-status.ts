import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { newestClosedDate } from '../digests/reconciliation.repo.ts'
import { deliverySwitch } from './delivery-switch.ts'
import { type SourceStatus, sourceStatus } from './source-status.ts'

/** The public status of the service: it names no person, server or reason. */
export interface SiteStatus {
  sources: SourceStatus[]
  delivery: 'on' | 'paused' | 'off'
  /** Null if delivery is not paused. */
  since: Date | null
  /** The newest date whose digests are all accounted for. */
  newestClosedDate: Day | null
}

const DAYS = 7

export async function siteStatus(deps: Deps): Promise<SiteStatus> {
  const { delivery, since } = await deliverySwitch(deps)
  return {
    sources: await sourceStatus(deps, { days: DAYS }),
    delivery,
    since,
    newestClosedDate: await newestClosedDate(deps.db),
  }
}
