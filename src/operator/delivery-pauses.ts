import { recentActions } from '../core/action.repo.ts'
import type { Deps } from '../core/deps.ts'
import { DELIVERY_SWITCH, isHoldSwitch } from '../core/restored-database.ts'
import { readSwitch } from '../core/switch.repo.ts'

/** A period in which no email was sent. */
export interface DeliveryPause {
  from: Date
  /** Null while the pause lasts. */
  to: Date | null
  /** Null once the pause is over. */
  reason: string | null
  /** The database was restored, so planning is paused too. */
  restored: boolean
}

const MAX_ACTIONS = 1000
const PAUSE = 'delivery pause'
const RESUME = 'delivery resume'

/** The operator's past pauses, and the current pause whatever its cause; oldest first. */
export async function deliveryPauses({ db }: Pick<Deps, 'db'>): Promise<DeliveryPause[]> {
  const actions = await recentActions(db, { limit: MAX_ACTIONS, verbs: [PAUSE, RESUME] })
  const current = await readSwitch(db, DELIVERY_SWITCH)
  const pauses: DeliveryPause[] = []
  let from: Date | undefined
  for (const { verb, at } of actions.toReversed()) {
    if (verb === PAUSE) from ??= at
    else if (from) {
      pauses.push({ from, to: at, reason: null, restored: false })
      from = undefined
    }
  }
  if (!current) return pauses
  return [...pauses, { from: current.at, to: null, reason: current.reason, restored: isHoldSwitch(current) }]
}

/** The pauses that overlap an interval. */
export const pausesBetween = (pauses: readonly DeliveryPause[], from: Date, to: Date): DeliveryPause[] =>
  pauses.filter((pause) => pause.from < to && (!pause.to || pause.to > from))
