import { Gauge, Registry } from 'prom-client'
import { monotonicMs } from '../../core/clock.ts'
import { DAY_MS } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { type Metrics, openMetrics } from '../../core/metrics.ts'
import { tryWithTimeout } from '../../core/with-timeout.ts'
import { GAUGES } from './gauges.ts'
import { cheapGaugeSamples, expensiveGaugeSamples, type GaugeSample } from './metrics.repo.ts'

const CHEAP_CACHE_MS = 10_000
const EXPENSIVE_CACHE_MS = 60_000
// Below Prometheus' default scrape timeout of ten seconds.
const DATABASE_TIMEOUT_MS = 8000

type Samples = Record<string, GaugeSample[]>

export interface MetricsWriter {
  contentType: string
  /** The counters of this process and the gauges from the database, in Prometheus' text format. */
  write(): Promise<string>
}

/** Queries the database at most once in ten seconds, however often it is scraped. */
export function openMetricsWriter(deps: Deps): MetricsWriter {
  const { registry }: Metrics = deps.metrics ?? openMetrics()
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

const number = (value: number): GaugeSample => ({ labels: {}, value })

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
