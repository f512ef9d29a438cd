import { recentActions } from '../core/action.repo.ts'
import type { Deps } from '../core/deps.ts'
import { DELIVERY, isHeldBy } from '../core/restored.ts'
import { readSwitch } from '../core/switch.repo.ts'

/** A time in which nothing was handed over. */
export interface Pause {
  from: Date
  /** Null: it still holds. */
  to: Date | null
  /** Known only while it holds. */
  reason: string | null
  /** The database was restored: nothing is planned either. */
  restored: boolean
}

const MOST = 1000
const PAUSE = 'delivery pause'
const RESUME = 'delivery resume'

/** When delivery was paused by the operator, and the pause that holds now, whoever made it; oldest first. */
export async function deliveryPauses({ db }: Pick<Deps, 'db'>): Promise<Pause[]> {
  const actions = await recentActions(db, { limit: MOST, verbs: [PAUSE, RESUME] })
  const holds = await readSwitch(db, DELIVERY)
  const pauses: Pause[] = []
  let from: Date | undefined
  for (const { verb, at } of actions.toReversed()) {
    if (verb === PAUSE) from ??= at
    else if (from) {
      pauses.push({ from, to: at, reason: null, restored: false })
      from = undefined
    }
  }
  if (!holds) return pauses
  return [...pauses, { from: holds.at, to: null, reason: holds.reason, restored: isHeldBy(holds) }]
}

/** Those that fell at least partly between two instants. */
export const pausesBetween = (pauses: readonly Pause[], from: Date, to: Date): Pause[] =>
  pauses.filter((pause) => pause.from < to && (!pause.to || pause.to > from))
