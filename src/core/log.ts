import { type Logger, pino } from 'pino'

/** The names of log events, which a program may select by. Texts may change, these do not. */
export const LOG_EVENTS = [
  'service.started',
  'service.crashed',
  'service.stopping',
  'service.stopped',
  'worker.silent',
  'worker.replied',
  'worker.hung',
  'setting.misspelt',
  'database.error',
  'database.migrated',
  'database.newer',
  'database.restored',
  'database.promoted',
  'queue.error',
  'request.done',
  'request.failed',
  'proxy.untrusted',
  'tick.claimed',
  'tick.failed',
  'nudge.failed',
  'source.fetched',
  'source.retried',
  'source.failed',
  'source.record-refused',
  'source.odd',
  'source.held',
  'papers.imported',
  'subscribers.imported',
  'subscribers.exported',
  'subscriber.asked',
  'subscriber.confirmed',
  'rates.failed',
  'welcome.failed',
  'subscriber.unsubscribed',
  'unsubscribe.refused',
  'subscriber.resubscribed',
  'subscriber.changed',
  'subscriber.suppressed',
  'archive.read',
  'archive.unread',
  'archive.learned',
  'archive.not-learned',
  'queries.recompiled',
  'queries.failed',
  'digests.planned',
  'digests.missed',
  'digests.failed',
  'digests.closed',
  'grades.failed',
  'papers.graded',
  'channel.posted',
  'channel.deferred',
  'channel.refused',
  'channel.stopped',
  'channel.uncertain',
  'channel.gave-up',
  'channel.lost',
  'channel.failed',
  'offer.failed',
  'prune.done',
  'batch.leased',
  'batch.lost',
  'batch.stalled',
  'batch.done',
  'message.accepted',
  'message.deferred',
  'message.refused',
  'message.uncertain',
  'message.gave-up',
  'message.skipped',
  'report.kept',
  'report.read',
  'report.unreadable',
  'report.put-off',
  'report.refused',
  'mailbox.fetched',
  'webhook.confirmed',
  'delivery.stopped',
  'delivery.resumed',
  'delivery.slowed',
  'delivery.domain-held',
  'delivery.complained',
  'alert.raised',
  'alert.ended',
  'alert.sent',
  'alert.not-sent',
  'alert.failed',
  'admin.logged-in',
  'admin.logged-out',
  'admin.refused',
  'admin.limited',
  'mail.unsigned',
] as const

export type LogEvent = (typeof LOG_EVENTS)[number]

/** Ids, counts and durations; never an address or a token. */
export type LogFields = Record<string, string | number | boolean | null | undefined>

export type LogLevel = 'info' | 'warn' | 'error'

export interface Log {
  info(event: LogEvent, fields?: LogFields): void
  warn(event: LogEvent, fields?: LogFields): void
  error(event: LogEvent, fields?: LogFields): void
  /** The logger behind it, for libraries that write their own lines. These are redacted too. */
  logger: Logger
}

// Library errors contain addresses in their text, which redaction by path does not reach.
// An apostrophe inside a name belongs to it; one in front is a quote.
// The length bound avoids quadratic time on a text without blanks.
const ADDRESS = /[^\s<>"'(),;:][^\s<>"(),;:]{0,128}(@|%40)[^\s<>"'(),;]+/gi
const TOKEN = /\b[A-Za-z0-9_-]{40,}\b/g
const LINK = /\/(confirm|unsubscribe|resubscribe|manage|digest|account|move)\/[^\s"'?#]+/g

/** Replaces addresses and tokens in any text. */
export const redact = (text: string): string =>
  text.replace(LINK, '/$1/[token]').replace(ADDRESS, '[address]').replace(TOKEN, '[token]')

/** Redacts every text of a line, also those of libraries. */
const redactLine = (line: string): string =>
  `${JSON.stringify(JSON.parse(line), (_name, value) => (typeof value === 'string' ? redact(value) : value))}\n`

export function openLog(level: string, destination?: { write(line: string): void }): Log {
  const options = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: redactLine },
  }
  return countingRepeats(logTo(pino(options, destination ?? openStderr())))
}

export function logTo(logger: Logger): Log {
  const write = (at: LogLevel) => (event: LogEvent, fields?: LogFields) => logger[at]({ event, ...fields })
  return { info: write('info'), warn: write('warn'), error: write('error'), logger }
}

/** Errors that come several times a second while the database is away. */
const REPEATING: readonly LogEvent[] = ['queue.error', 'database.error']
const REPEATS_EVERY_MS = 30_000

/**
 * Writes such an error at once if it is new. While the same one repeats, a line every 30 s says how often; the last line
 * comes within 30 s of the last error.
 */
function countingRepeats(log: Log): Log {
  const repeats = new Map<string, number>()
  const countFor30s = (key: string, event: LogEvent, fields?: LogFields) => {
    repeats.set(key, 0)
    const writeRepeats = () => {
      const repeated = repeats.get(key)
      repeats.delete(key)
      if (!repeated) return
      log.error(event, { ...fields, repeated })
      countFor30s(key, event, fields)
    }
    setTimeout(writeRepeats, REPEATS_EVERY_MS).unref()
  }
  return {
    ...log,
    error: (event, fields) => {
      if (!REPEATING.includes(event)) return log.error(event, fields)
      const key = JSON.stringify([event, fields])
      const repeated = repeats.get(key)
      if (repeated !== undefined) return void repeats.set(key, repeated + 1)
      log.error(event, fields)
      countFor30s(key, event, fields)
    },
  }
}

const MAX_UNWRITTEN_BYTES = 100_000

/** A full disk stops nothing: lines wait for space, and are dropped once too many wait. */
function openStderr() {
  // With a minimum length, flush() tries to write; flushSync() would retry forever.
  const options = { dest: 2, sync: true, minLength: 1, maxLength: MAX_UNWRITTEN_BYTES }
  const destination = pino.destination(options)
  // Without a listener, a line that cannot be written would end this process.
  destination.on('error', () => {})
  destination.on('drop', () => destination.flush())
  return destination
}

export const silentLog: Log = logTo(pino({ level: 'silent' }))
