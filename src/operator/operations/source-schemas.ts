import { z } from 'zod'
import type { SourceDayStatus, SourceStatus } from '../source-status.ts'
import { count, day, instant, wholeNumber } from './fields.ts'

export const sourceQuery = z.strictObject({
  days: wholeNumber(90).default(7).describe('How many days up to today (UTC)'),
})

const state = z.enum(['waiting', 'fresh', 'quiet', 'stalled', 'failed'])
const reason = z.enum(['weekend', 'holiday', 'none', 'repeated', 'made-up']).nullable()

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

export const jsonOfSource = ({ newestFetch, nextTry, days, ...source }: SourceStatus) => ({
  ...source,
  newestFetch: iso(newestFetch),
  nextTry: iso(nextTry),
  days: days.map(jsonOfSourceDay),
})

const jsonOfSourceDay = ({ fetchedAt, cameAt, nextTry, closedAt, ...day }: SourceDayStatus) => ({
  ...day,
  fetchedAt: iso(fetchedAt),
  cameAt: iso(cameAt),
  nextTry: iso(nextTry),
  closedAt: iso(closedAt),
})

const iso = (instant: Date | null): string | null => instant?.toISOString() ?? null
