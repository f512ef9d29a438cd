import type { MessageState } from '../message.ts'
import { MAX_MISSING_REPLIES } from './missing-replies.repo.ts'

type Counts = Record<'accepted' | 'deferred' | 'refused' | 'uncertain' | 'gaveUp' | 'skipped', number>

/** What ends a run early: the server or our settings, never a message. */
type StopReason =
  | 'unreachable'
  | 'login-refused'
  | 'tls-refused'
  | 'refused-alike'
  | 'refused-much'
  | 'unanswered'

export interface RunResult extends Counts {
  /** Null if every ready message was tried. */
  stopped: StopReason | null
}

export interface Run {
  result: RunResult
  /** Aborts when the run stops or ends, or its caller's signal aborts. */
  halt: AbortSignal
  /** How many emails in a row the server took without a reply, before this run. */
  missingReplies: number
  /** The lane is paused because of them: the run ends after one email. */
  isProbe: boolean
  /** The server's last reply that was not an acceptance, or why it did not reply. */
  lastReply: string
  /** When a write last failed, by the monotonic clock: what was read before may have been of another database. */
  databaseFaultAt: number
  /** Domains that accepted an email; after a hold, only since this run held them. */
  acceptedDomains: Set<string>
  /** The first reason counts. */
  stop(reason: StopReason): void
  /** Begins no further email; not because of a fault. */
  end(): void
  count(state: MessageState): void
  countedMessages(): number
}

export function startRun(signal?: AbortSignal, missingReplies = 0): Run {
  const stopping = new AbortController()
  const counts: Counts = { accepted: 0, deferred: 0, refused: 0, uncertain: 0, gaveUp: 0, skipped: 0 }
  const result: RunResult = Object.assign(counts, { stopped: null })
  let seen = 0
  return {
    result,
    missingReplies,
    isProbe: missingReplies >= MAX_MISSING_REPLIES,
    lastReply: '',
    databaseFaultAt: 0,
    acceptedDomains: new Set(),
    halt: signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal,
    stop: (reason) => {
      result.stopped ??= reason
      stopping.abort()
    },
    end: () => stopping.abort(),
    count: (state) => {
      seen++
      const name = state === 'gave_up' ? 'gaveUp' : state
      if (name in counts) counts[name as keyof Counts]++
    },
    countedMessages: () => seen,
  }
}
