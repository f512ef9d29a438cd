import { DAY_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { type BounceClassCount, countBounces } from './bounce-list.repo.ts'
import { type ChannelSetting, enabledChannels } from './enabled-channels.ts'
import {
  countUnreadable,
  newestByChannel,
  type WaitingReports,
  waitingReports,
} from './waiting-reports.repo.ts'

/** What arrived in a time span that ends now. */
export interface SpanCounts {
  /** Largest first. */
  classes: BounceClassCount[]
  /** Reports that could not be read. */
  unreadable: number
}

/** Whether bounces arrive and are read, and how many of each class there were. */
export interface BounceStatus {
  domain: string | null
  /** `newest`: when the last report arrived on this channel; null if none is on record. */
  ways: (ChannelSetting & { newest: Date | null })[]
  waiting: WaitingReports
  day: SpanCounts
  week: SpanCounts
}

export async function bounceStatus({ db, config, clock }: Deps): Promise<BounceStatus> {
  const now = clock.now()
  const since = async (days: number): Promise<SpanCounts> => {
    const from = new Date(now.getTime() - days * DAY_MS)
    // Include a report that arrived at this very instant.
    const before = new Date(now.getTime() + 1)
    return { classes: await countBounces(db, { from, before }), unreadable: await countUnreadable(db, from) }
  }
  const newest = await newestByChannel(db)
  return {
    domain: config.BOUNCE_DOMAIN ?? null,
    ways: enabledChannels(config).map((one) => ({ ...one, newest: newest.get(one.way) ?? null })),
    waiting: await waitingReports(db),
    day: await since(1),
    week: await since(7),
  }
}
