import type { MessageState } from '../message.ts'

/** How many messages of a run reached which state. */
interface Counts {
  accepted: number
  deferred: number
  refused: number
  uncertain: number
  gaveUp: number
  skipped: number
}

/** What ends a run early: the server or our settings, never a message. */
type StopReason = 'unreachable' | 'login-refused' | 'tls-refused' | 'refused-alike' | 'refused-much'

export interface RunResult extends Counts {
  /** Null if every ready message was tried. */
  stopped: StopReason | null
}

export interface Run {
  result: RunResult
  /** Aborts when the run stops, or its caller's signal aborts. */
  halt: AbortSignal
  /** The server's last reply that was not an acceptance, or why it did not reply. */
  lastReply: string
  /** Domains that accepted an email; after a hold, only since this run held them. */
  acceptedDomains: Set<string>
  /** The first reason counts. */
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
