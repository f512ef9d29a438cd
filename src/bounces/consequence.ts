import { DAY_MS, dayOf } from '../core/dates.ts'
import type { CountedBounce } from './bounce.repo.ts'
import type { BounceEvent } from './reading/parsed-bounce.ts'

/** suppress: the address is dead. pause: for a week. leave: unsubscribe. complain: unsubscribe and suppress. */
export type Consequence = 'suppress' | 'pause' | 'leave' | 'complain' | 'none'

const DEAD_WITHIN_DAYS = 30
const FULL_TIMES = 5
const FULL_FOR_DAYS = 14

/**
 * The consequence of one bounce. A dead mailbox is suppressed at once if a server's own reply says so, otherwise after
 * a second report on another day (UTC). A full mailbox pauses the subscription; the fifth bounce over two weeks or more
 * suppresses it. Bounces about us, the email or a temporary problem never affect the address. A complaint suppresses
 * only with proof, since anyone who saw the Message-ID can forge one.
 * `earlier`: the bounces that count against the address, without this one.
 */
export function consequenceOf(
  { class: kind, sure, hasProof, at }: Pick<BounceEvent, 'class' | 'sure'> & { hasProof: boolean; at: Date },
  earlier: readonly CountedBounce[],
): Consequence {
  if (kind === 'complaint') return hasProof ? 'complain' : 'leave'
  if (kind === 'unsubscribe') return 'leave'
  if (kind === 'dead') return sure || wasDeadOnAnotherDay(at, earlier) ? 'suppress' : 'none'
  if (kind === 'full') return isFullForLong(at, earlier) ? 'suppress' : 'pause'
  return 'none'
}

const wasDeadOnAnotherDay = (now: Date, earlier: readonly CountedBounce[]): boolean =>
  earlier.some(
    ({ class: kind, at }) =>
      kind === 'dead' &&
      dayOf(at) !== dayOf(now) &&
      now.getTime() - at.getTime() <= DEAD_WITHIN_DAYS * DAY_MS,
  )

function isFullForLong(now: Date, earlier: readonly CountedBounce[]): boolean {
  const times = earlier.filter(({ class: kind }) => kind === 'full').map(({ at }) => at.getTime())
  const first = Math.min(...times)
  return times.length + 1 >= FULL_TIMES && now.getTime() - first >= FULL_FOR_DAYS * DAY_MS
}
