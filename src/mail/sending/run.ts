import type { MessageState } from '../message.ts'

/** How many messages a run brought to which state. */
interface Counts {
  accepted: number
  deferred: number
  refused: number
  uncertain: number
  gaveUp: number
  skipped: number
}

/** What ends a run that still had something to do: the server or our settings, never a message. */
type StopReason = 'unreachable' | 'login-refused' | 'tls-refused' | 'refused-alike' | 'refused-much'

export interface RunResult extends Counts {
  /** Null where everything was tried that was ready. */
  stopped: StopReason | null
}

export interface Run {
  result: RunResult
  /** Aborts when the run is stopped, or its caller's signal aborts. */
  halt: AbortSignal
  /** What the server said last to a mail that it did not take, or what kept it from answering. */
  lastReply: string
  /** Domains that took a mail since this run held them, if it did. */
  acceptedDomains: Set<string>
  /** The first reason stands. */
  stop(reason: StopReason): void
  count(state: MessageState): void
  /** Messages counted so far. */
  countedMessages(): number
}

export function startRun(signal?: AbortSignal): Run {
  const stopping = new AbortController()
  const counts: Counts = { accepted: 0, deferred: 0, refused: 0, uncertain: 0, gaveUp: 0, skipped: 0 }
  const result: RunResult = Object.assign(counts, { stopped: null })
  let seen = 0
  return {
    result,
    lastReply: '',
    acceptedDomains: new Set(),
    halt: signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal,
    stop: (reason) => {
      result.stopped ??= reason
      stopping.abort()
    },
    count: (state) => {
      seen++
      const name = state === 'gave_up' ? 'gaveUp' : state
      if (name in counts) counts[name as keyof Counts]++
    },
    countedMessages: () => seen,
  }
}
