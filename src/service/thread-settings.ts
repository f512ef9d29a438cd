import type { Config } from '../config/config.ts'
import type { LogEvent, LogFields } from '../core/log.ts'

/** The input of each thread of this process. */
export interface ThreadSettings {
  /** With the database's real URL, even if the main thread started an embedded one. */
  config: Config
  /** When the clock of this process began to run from CLOCK_NOW. */
  clockBeganAt: Date
}

/** A log line of a thread, which has already written it, so that /metrics counts it. */
export interface ThreadMessage {
  event: LogEvent
  fields?: LogFields
}
