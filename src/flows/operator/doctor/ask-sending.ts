import type { Config } from '../../../config.ts'
import { hasAcceptances } from '../../../delivery/ledger/acceptance-store.ts'
import type { Clock } from '../../../platform/clock.ts'
import { countByState } from '../../../subscribers/subscriber-lists-store.ts'
import type { Deps } from '../../../wiring.ts'
import { deliveryStatus } from '../delivery-switch.ts'
import type { SendingSeen } from './sending-checks.ts'

export async function seeSending(
  deps: Deps,
  { config, clock }: { config: Config; clock: Clock },
): Promise<SendingSeen> {
  const states = await countByState(deps.db)
  return {
    ...(await deliveryStatus(deps)),
    sending: config.SENDING,
    rampUpSince: config.RAMP_UP_SINCE,
    active: states.find(({ state }) => state === 'active')?.count ?? 0,
    hasSent: await hasAcceptances(deps.db),
    now: clock.now(),
  }
}
