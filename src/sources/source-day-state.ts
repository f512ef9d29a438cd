import { addDays, type Day, dayOf, daysIn, HOUR_MS, MINUTE_MS } from '../core/dates.ts'
import type { SourceCalendar } from './source.ts'

const PAUSES_AFTER_FAILURE_MS = [5, 15, 60].map((minutes) => minutes * MINUTE_MS)
const MAX_PAUSE_MS = 6 * HOUR_MS
const MAX_PAUSE_FROM = 24

const DAYS_BACK = 14
/** Older days are not fetched. */
export const MAX_DAYS_BACK = 60

/**
 * The days that a source should have been fetched for by now, oldest first: the last two weeks. After a longer outage,
 * all days since the newest closed one, up to sixty.
 */
export function daysToFetch(
  calendar: Pick<SourceCalendar, 'opensAt'>,
  now: Date,
  newestClosed: Day | undefined,
): Day[] {
  const today = dayOf(now)
  const begun = now >= calendar.opensAt(today) ? today : addDays(today, -1)
  const standstill = newestClosed ? addDays(newestClosed, 1) : today
  const from = [standstill, addDays(today, -DAYS_BACK)].sort()[0]!
  return daysIn({ from: [from, addDays(today, -MAX_DAYS_BACK)].sort()[1]!, to: begun })
}

/**
 * waiting: nothing yet. fresh: has papers that no other day of the source has. quiet: has no papers, and none are
 * expected any more. stalled: has no papers, or only those of another day, after the usual time. failed: the last fetch
 * failed.
 */
export type SourceDayState = 'waiting' | 'fresh' | 'quiet' | 'stalled' | 'failed'

/**
 * weekend, holiday: no papers are expected. none: the day is over, and the source says that it has no papers. repeated:
 * the source returned the papers of another day. made-up: the papers were fetched from another place than usual. moved:
 * they come from the address to which the source has moved. The others: see STOPPED_REASONS.
 */
export type SourceDayReason =
  | 'weekend'
  | 'holiday'
  | 'none'
  | 'repeated'
  | 'made-up'
  | 'moved'
  | StoppedReason

/**
 * Why a source is stopped until the operator acts, by the fault of its fetch. too-many: it lists more papers a day than
 * one source may. wrong-filter, wrong-key: it refuses the filter or the key of the settings. gone, not-a-feed,
 * broken-feed, large-feed: its address has no feed, a page of another kind, a feed that cannot be read, or one that is
 * too large. moved-away: it has moved to an address that is not followed. no-budget: the service allows no more
 * requests that day. It is still tried every six hours.
 */
const STOPPED_REASONS = {
  'source.too-many': 'too-many',
  'source.refused-filter': 'wrong-filter',
  'source.refused-key': 'wrong-key',
  'source.gone': 'gone',
  'source.not-a-feed': 'not-a-feed',
  'source.broken-feed': 'broken-feed',
  'source.large-feed': 'large-feed',
  'source.moved-away': 'moved-away',
  'source.no-budget': 'no-budget',
} as const satisfies Record<string, string>

export type StoppedReason = (typeof STOPPED_REASONS)[keyof typeof STOPPED_REASONS]

export const stoppedReason = (fault: string): StoppedReason | undefined =>
  (STOPPED_REASONS as Readonly<Record<string, StoppedReason>>)[fault]

export interface SourceDayOutcome {
  state: SourceDayState
  reason: SourceDayReason | null
  nextTry: Date | null
  closedAt: Date | null
}

export interface SuccessfulFetch {
  calendar: SourceCalendar
  day: Day
  now: Date
  /** How many papers the day has, including this fetch. */
  papers: number
  /** What the source's client found about its response. */
  reason?: 'repeated' | 'made-up' | 'moved'
  closedAt: Date | null
  /** Whether an earlier fetch had the reason made-up. */
  wasMadeUp?: boolean
}

export function outcomeOfFetch(input: SuccessfulFetch): SourceDayOutcome {
  const { calendar, day, now } = input
  const closedAt = input.closedAt ?? (now >= calendar.closesAt(day) ? now : null)
  return { ...stateOf({ ...input, closedAt }), closedAt, nextTry: nextTryOf(input, closedAt) }
}

function stateOf(input: SuccessfulFetch): Pick<SourceDayOutcome, 'state' | 'reason'> {
  const { calendar, day, now, papers, reason, closedAt, wasMadeUp } = input
  const moved = reason === 'moved' ? reason : null
  if (papers > 0) return { state: 'fresh', reason: reason === 'made-up' || wasMadeUp ? 'made-up' : moved }
  const dayOffReason = calendar.dayOffReason(day)
  if (dayOffReason) return { state: 'quiet', reason: dayOffReason }
  const isLate = closedAt !== null || now >= calendar.stallsAt(day)
  if (reason === 'repeated') return { state: isLate ? 'stalled' : 'waiting', reason }
  if (closedAt) return { state: 'quiet', reason: 'none' }
  return { state: isLate ? 'stalled' : 'waiting', reason: null }
}

function nextTryOf({ calendar, day, now, papers }: SuccessfulFetch, closedAt: Date | null): Date | null {
  const ms = closedAt
    ? calendar.refreshVotesAfterMs({ day, now })
    : calendar.refetchAfterMs({ day, now, papers })
  if (ms === null) return null
  const next = now.getTime() + ms
  return new Date(closedAt ? next : Math.min(next, calendar.closesAt(day).getTime()))
}

export interface RetryInput {
  now: Date
  /** In a row, from 1. */
  failures: number
  fault: string
  /** The pause that the source asked for. */
  seconds?: number
}

/** When to retry a day after a failure. The pause grows with each failure, and is at least what the source asked for. */
export function retryTime({ now, failures, fault, seconds = 0 }: RetryInput): Date {
  const usual = PAUSES_AFTER_FAILURE_MS[failures - 1] ?? PAUSES_AFTER_FAILURE_MS.at(-1)!
  const pause = failures >= MAX_PAUSE_FROM || stoppedReason(fault) ? MAX_PAUSE_MS : usual
  return new Date(now.getTime() + Math.max(pause, seconds * 1000))
}

export interface ArrivalInput {
  calendar: Pick<SourceCalendar, 'opensAt'>
  day: Day
  now: Date
  papers: number
  /** The counts of the day before this fetch. */
  before: { fetches: number; papers: number }
}

/**
 * When a day's papers arrived, if this fetch proves it: an earlier fetch found no papers, or this is the first fetch
 * and the day had just begun. Otherwise undefined.
 */
export function arrivalTime({ calendar, day, now, papers, before }: ArrivalInput): Date | undefined {
  if (papers === 0 || before.papers > 0) return undefined
  const hadLooked = before.fetches > 0 || now.getTime() < calendar.opensAt(day).getTime() + HOUR_MS
  return hadLooked ? now : undefined
}
