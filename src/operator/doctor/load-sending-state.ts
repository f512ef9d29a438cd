import type { Config } from '../../config/config.ts'
import type { Clock } from '../../core/clock.ts'
import type { Deps } from '../../core/deps.ts'
import { hasAcceptances } from '../../mail/outbox/acceptance.repo.ts'
import { countByState } from '../../subscribers/subscriber-lists.repo.ts'
import { deliverySummary } from '../delivery-switch.ts'
import type { SendingState } from './sending-checks.ts'

export async function loadSendingState(
  deps: Deps,
  { config, clock }: { config: Config; clock: Clock },
): Promise<SendingState> {
  const states = await countByState(deps.db)
  return {
    ...(await deliverySummary(deps)),
    sending: config.SENDING,
    rampUpSince: config.RAMP_UP_SINCE,
    active: states.find(({ state }) => state === 'active')?.count ?? 0,
    hasSent: await hasAcceptances(deps.db),
    now: clock.now(),
  }
}
