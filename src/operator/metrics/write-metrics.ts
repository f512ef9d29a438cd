import { Gauge, Registry } from 'prom-client'
import { monotonicMs, tryWithTimeout } from '../../core/clock.ts'
import { DAY_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { openMetrics } from '../../core/metrics.ts'
import { cheapGaugeSamples, expensiveGaugeSamples, type Samples } from './metrics.repo.ts'

const CHEAP_CACHE_MS = 10_000
const EXPENSIVE_CACHE_MS = 60_000
// Below Prometheus' default scrape timeout of ten seconds.
const DATABASE_TIMEOUT_MS = 8000

/**
 * Writes the counters of this process and the gauges from the database, in Prometheus' text format. Queries the
 * database at most once in ten seconds, however often it is scraped.
 */
export function openMetricsWriter(deps: Deps) {
  const { registry } = deps.metrics ?? openMetrics()
  const busy = cachedFor(CHEAP_CACHE_MS, () => cheapGaugeSamples(deps.db, deps.clock.now()))
  const slow = cachedFor(EXPENSIVE_CACHE_MS, () =>
    expensiveGaugeSamples(deps.db, new Date(deps.clock.now().getTime() - DAY_MS)),
  )
  const { SENDING, SMTP_URL } = deps.config
  const gauges = async (): Promise<Samples> => {
    const sending = { sending_enabled: [number(SENDING === 'on' && SMTP_URL ? 1 : 0)] }
    const read = await tryWithTimeout(DATABASE_TIMEOUT_MS, Promise.all([busy(), slow()]))
    if (!read) return { ...sending, database_up: [number(0)] }
    return { ...sending, database_up: [number(1)], ...read[0], ...read[1] }
  }
  return {
    contentType: registry.contentType,
    write: async () => `${await registry.metrics()}${await textOf(await gauges())}`,
  }
}

const number = (value: number) => ({ labels: {}, value })

function textOf(samples: Samples): Promise<string> {
  const registry = new Registry()
  for (const { name, help, labels } of GAUGES) {
    if (!samples[name]) continue
    const gauge = new Gauge({
      name: `daily_papers_${name}`,
      help,
      labelNames: labels,
      registers: [registry],
    })
    for (const sample of samples[name]) {
      gauge.set(Object.fromEntries(labels.map((label) => [label, sample.labels[label] ?? ''])), sample.value)
    }
  }
  return registry.metrics()
}

/** Caches the last reading for `forMs`; concurrent callers share one. A failed reading is not cached. */
function cachedFor<T>(forMs: number, read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined
  let readAt = 0
  return () => {
    if (reading && monotonicMs() - readAt < forMs) return reading
    readAt = monotonicMs()
    const now = read()
    reading = now
    now.catch(() => {
      if (reading === now) reading = undefined
    })
    return now
  }
}

const gauge = (name: string, help: string, ...labels: string[]) => ({ name, help, labels })

/**
 * Gauges that are read from the database, so every process reports the same value. Full names have the prefix
 * `daily_papers_`.
 */
export const GAUGES = [
  gauge('database_up', '1 if the database replied in time; otherwise the gauges read from it are missing.'),
  gauge('database_size_bytes', 'Size of the database.'),
  gauge('subscribers', 'Subscribers by state, without those who were erased.', 'state'),
  gauge('topics', 'Topics of all subscribers.'),
  gauge(
    'open_messages',
    'Messages that may still be tried, by lane, kind and state.',
    'lane',
    'kind',
    'state',
  ),
  gauge('day_messages', 'Messages of the last 24 hours, by kind and state.', 'kind', 'state'),
  gauge(
    'day_bounces',
    'Bounces and complaints of the last 24 hours, by class and for the ten domains with the most; the others are summed up.',
    'class',
    'domain',
  ),
  gauge('waiting_reports', 'Reports that are not processed yet.'),
  gauge(
    'oldest_ready_message_timestamp_seconds',
    'When the oldest message that could be sent now became ready.',
    'lane',
  ),
  gauge('leased_batches', 'Batches that a worker holds.', 'lane'),
  gauge('open_plans', 'Plans that are not closed.'),
  gauge('delivery_paused', '1 while delivery is paused.'),
  gauge(
    'send_rates',
    'Limits on sending in effect: slowed down by a server, domains on hold, and 1 if the ramp-up limit of today is reached.',
    'kind',
  ),
  gauge('sending_enabled', '0 with SENDING=off or without SMTP_URL, in the process that serves this page.'),
  gauge('source_last_fetch_timestamp_seconds', 'When papers of a source were last fetched.', 'source'),
  gauge('source_day_state', '1 for the state of today (UTC) of each source.', 'source', 'state'),
  gauge('source_day_papers', 'Papers of today (UTC) by source.', 'source'),
  gauge('source_day_requests', 'Requests for today (UTC) so far, by source.', 'source'),
  gauge(
    'source_late_papers',
    'Papers of the last two weeks that arrived after their day was closed, by source.',
    'source',
  ),
  gauge('alerts', 'Ongoing alerts, by kind.', 'kind'),
  gauge('alerts_unsent', 'Alerts that no email has reported yet.'),
  gauge('last_tick_timestamp_seconds', 'The newest minute that a process with the role schedule claimed.'),
  gauge('queue_jobs', 'Nudges that are waiting, in progress or waiting for a retry.', 'queue', 'state'),
]
