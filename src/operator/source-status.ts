import { z } from 'zod'
import { addDays, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { parseSourceName } from '../sources/registry.ts'
import { type SourceDay, sourceDaysBetween } from '../sources/source-day.repo.ts'
import { daysToFetch, MAX_DAYS_BACK } from '../sources/source-day-state.ts'
import { count, day, instant, wholeNumber } from './operations/fields.ts'
import { quantity } from './operations/text-table.ts'

const state = z.enum(['waiting', 'fresh', 'quiet', 'stalled', 'failed'])
const reason = z
  .enum([
    'weekend',
    'holiday',
    'none',
    'repeated',
    'made-up',
    'moved',
    'too-many',
    'wrong-filter',
    'wrong-key',
    'gone',
    'not-a-feed',
    'broken-feed',
    'large-feed',
    'moved-away',
    'no-budget',
  ])
  .nullable()

const sourceDay = z.object({
  day,
  state,
  reason: reason.describe('The reason for the state; null if none is needed'),
  papers: count,
  revised: count.describe('Papers listed only as newer versions; not in `papers`'),
  late: count.describe('Those of `papers` that arrived after the day was closed'),
  fetches: count.describe('Successful fetches'),
  requests: count.describe('Requests of all fetches'),
  failures: count.describe('Failed attempts since the last success'),
  lastStatus: z.int().nullable(),
  lastFault: z.string().nullable(),
  rejected: z
    .array(z.string())
    .describe('Papers that the database rejected, by identifier or title: the first hundred'),
  fetchedAt: instant.nullable(),
  cameAt: instant.nullable().describe('When its first papers arrived; null if unknown'),
  nextTry: instant
    .nullable()
    .describe('Null once it is not fetched any more; for a closed day, the next fetch of votes'),
  closedAt: instant.nullable(),
})

export const sources = z.object({
  items: z.array(
    z
      .object({
        source: z.string(),
        state: state.describe('Of today (UTC)'),
        reason: reason.describe('Of today (UTC)'),
        newestFetch: instant.nullable(),
        nextTry: instant.nullable(),
        days: z.array(sourceDay).describe('Newest first'),
      })
      .meta({ id: 'Source' }),
  ),
})

export type SourceStatus = z.infer<typeof sources>['items'][number]
/** One day (UTC) of one source. */
export type SourceDayStatus = SourceStatus['days'][number]

/**
 * Every configured source, and any other with papers, over the last `days` days (UTC) up to today. The state and reason
 * are those of today. A next try in the past means the next tick; null: no day has to be fetched.
 */
export async function sourceStatus(
  { db, config, clock }: Deps,
  { days }: { days: number },
): Promise<SourceStatus[]> {
  const today = dayOf(clock.now())
  const since = addDays(today, 1 - days)
  const rows = await sourceDaysBetween(db, {
    from: [since, addDays(today, -MAX_DAYS_BACK)].sort()[0]!,
    to: today,
  })
  const bySource = Map.groupBy(rows, ({ source }) => source)
  const others = [...bySource.keys()].filter((source) => !config.SOURCES.includes(source))
  return [...config.SOURCES, ...others].map((source) => {
    const recordedDays = (bySource.get(source) ?? []).toReversed()
    const ofToday = recordedDays.find(({ day }) => day === today)
    const openDays = stillFetched(config.SOURCES, source, recordedDays, clock.now())
    return {
      source,
      state: ofToday?.state ?? 'waiting',
      reason: ofToday?.reason ?? null,
      newestFetch: sorted(recordedDays.map(({ fetchedAt }) => fetchedAt)).at(-1) ?? null,
      nextTry: sorted(openDays.map(({ nextTry }) => nextTry))[0] ?? null,
      days: recordedDays.filter(({ day }) => day >= since).map(({ source: _, ...day }) => day),
    }
  })
}

/**
 * Whether the day will be fetched again. A day that became too old while the service was stopped keeps a next try that
 * never runs, and so does a day of a source that is no longer configured.
 */
function stillFetched(
  sources: readonly string[],
  source: string,
  newestFirst: readonly SourceDay[],
  now: Date,
): SourceDay[] {
  const calendar = parseSourceName(source)?.source.calendar
  if (!calendar || !sources.includes(source)) return []
  const newestClosed = newestFirst.find(({ closedAt }) => closedAt)?.day
  const days = new Set(daysToFetch(calendar, now, newestClosed))
  return newestFirst.filter(({ day }) => days.has(day))
}

const sorted = (instants: readonly (Date | null)[]): Date[] =>
  instants.filter((instant) => instant !== null).sort((a, b) => a.getTime() - b.getTime())

export const sourceQuery = z.strictObject({
  days: wholeNumber(90).default(7).describe('How many days up to today (UTC)'),
})

const REASONS: Record<NonNullable<SourceDay['reason']>, string> = {
  weekend: 'weekend',
  holiday: 'holiday',
  none: 'no papers',
  repeated: 'same list as another day',
  'made-up': 'filled in from the archive',
  'too-many': 'stopped, too many papers',
  'wrong-filter': 'stopped, wrong filter',
  'wrong-key': 'stopped, wrong key',
  moved: 'from its new address',
  gone: 'stopped, the feed is gone',
  'not-a-feed': 'stopped, not a feed',
  'broken-feed': 'stopped, the feed cannot be read',
  'large-feed': 'stopped, the feed is too large',
  'moved-away': 'stopped, moved to another address',
  'no-budget': 'stopped, requests of the day used up',
}

/** The reason for a day's state, for the operator; "" if nothing explains it. */
export const sourceReasonText = (reason: SourceDay['reason']): string => (reason ? REASONS[reason] : '')

/** "fresh", "quiet: weekend" */
export const sourceStateText = ({ state, reason }: Pick<SourceDay, 'state' | 'reason'>): string =>
  reason ? `${state}: ${sourceReasonText(reason)}` : state

const MAX_NAMED = 5

/** "2 papers rejected by the database: arxiv:2608.00001, arxiv:2608.00002"; empty if there were none. */
export function rejectedPapersText(papers: readonly string[]): string {
  if (papers.length === 0) return ''
  const more = papers.length > MAX_NAMED ? `, and ${papers.length - MAX_NAMED} more` : ''
  return `${quantity(papers.length, 'paper')} rejected by the database: ${papers.slice(0, MAX_NAMED).join(', ')}${more}`
}

/** What failed at a source, for the operator; `fault` is the stored code. */
export function sourceFaultText(fault: string, status: number | null): string {
  const said = status && status !== 200 ? ` (${status})` : ''
  return `${FAULTS[fault] ?? fault}${said}`
}

const FAULTS: Record<string, string> = {
  'source.unreachable': 'no response',
  'source.failing': 'error response',
  'source.rate-limited': 'rate limited',
  'source.not-begun': 'not fetched: the day has not started',
  'source.held': 'not fetched: waiting as it requested',
  'source.too-large': 'response too large',
  'source.not-xml': 'incomplete feed',
  'source.not-json': 'not a list',
  'source.refused-date': 'date refused',
  'source.refused': 'request refused: check its address in the settings',
  'source.refused-filter': 'stopped: the filter is wrong',
  'source.refused-key': 'stopped: the key is wrong',
  'source.no-budget': 'stopped: the requests of the day are used up',
  'source.too-many': 'stopped: more papers a day than one source may have',
  'source.gone': 'stopped: no feed any more',
  'source.not-a-feed': 'stopped: not a feed',
  'source.broken-feed': 'stopped: the feed cannot be read',
  'source.large-feed': 'stopped: the feed is too large',
  'source.moved-away': 'stopped: moved to an address that is not followed',
  'source.unreadable': 'nothing readable',
  'source.unknown': 'no such source',
  'papers.rejected': 'nothing that the database accepts',
}
