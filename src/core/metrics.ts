import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { Log, LogEvent, LogFields, LogLevel } from './log.ts'

export type Metrics = ReturnType<typeof openMetrics>

type CountEvent = (event: LogEvent, fields?: LogFields) => void

const MS = 1000

/** Counters since this process started. Labels never contain an address, a token, a query or an IP. */
export function openMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const count = openCounters(registry)
  return { registry, count, countingLog: (log: Log) => countingLog(log, count) }
}

/** Calls `count` for each log event, regardless of LOG_LEVEL, and passes the event on. */
export function countingLog(log: Log, count: CountEvent): Log {
  const at =
    (level: LogLevel): CountEvent =>
    (event, fields) => {
      count(event, fields)
      log[level](event, fields)
    }
  return { info: at('info'), warn: at('warn'), error: at('error'), logger: log.logger }
}

function openCounters(registry: Registry): CountEvent {
  const registers = [registry]
  const events = new Counter({
    name: 'daily_papers_log_events_total',
    help: 'Lines logged by this process, by event, regardless of LOG_LEVEL.',
    labelNames: ['event'],
    registers,
  })
  const emails = new Counter({
    name: 'daily_papers_mails_total',
    help: 'Messages that this process finished, by lane and outcome.',
    labelNames: ['lane', 'outcome'],
    registers,
  })
  const bounces = new Counter({
    name: 'daily_papers_bounces_total',
    help: 'Bounces and complaints that this process read, by channel and class.',
    labelNames: ['channel', 'class'],
    registers,
  })
  const replySeconds = new Histogram({
    name: 'daily_papers_smtp_reply_seconds',
    help: 'From the first byte of an email to the last reply of the mail server, by lane.',
    labelNames: ['lane'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  })
  const requests = new Histogram({
    name: 'daily_papers_http_request_duration_seconds',
    help: 'Requests to the site, by method, pattern of the route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10],
    registers,
  })
  return (event, { lane, ms, method, route, status, channel, class: kind } = {}) => {
    events.inc({ event })
    if (event === 'report.read') bounces.inc({ channel: String(channel), class: String(kind) })
    const outcome = event.startsWith('message.') && event.slice('message.'.length)
    if (outcome && lane) emails.inc({ lane: String(lane), outcome: outcome.replace('-', '_') })
    if (outcome && lane && typeof ms === 'number') replySeconds.observe({ lane: String(lane) }, ms / MS)
    if (event !== 'request.done') return
    requests.observe(
      { method: String(method), route: String(route), status: String(status) },
      Number(ms) / MS,
    )
  }
}
