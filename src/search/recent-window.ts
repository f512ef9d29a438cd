import { addDays, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { type DayWindow, dayWindowOf } from './back-test/day-window.ts'
import { openArchive } from './open-archive.ts'

export const MAX_DAYS = 30

export interface RecentDays {
  days: number
  /** Include newer versions of papers that were listed before. */
  withRevised?: boolean
}

/**
 * The papers of the last `days` days up to today (UTC), from 1 to 30. Use the window at once: later papers are not in
 * it. Throws preview.days.
 */
export async function recentWindow(deps: Deps, { days, withRevised }: RecentDays): Promise<DayWindow> {
  if (!Number.isInteger(days) || days < 1 || days > MAX_DAYS) {
    throw new Fault('preview.days', { value: days, most: MAX_DAYS })
  }
  const to = dayOf(deps.clock.now())
  const from = addDays(to, 1 - days)
  return dayWindowOf(await openArchive(deps, { from, withRevised }), { from, to })
}
