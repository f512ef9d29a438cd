import { setTimeout as sleep, setImmediate as untilEventsAreRead } from 'node:timers/promises'
import type { Deps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'
import { endIncident, recordIncident } from '../core/incident.repo.ts'

/** Open while the worker thread of some process does not reply. */
export const WORKER_INCIDENT = 'worker'

export interface PingLimits {
  everyMs: number
  /** Unanswered pings after which the process is not ready. */
  silentAfter: number
  /** Unanswered pings after which the process ends. */
  hungAfter: number
}

/**
 * Not ready after 30 s, ended after 90 s. The longest work that the thread does without a pause is a page of a thousand
 * digests: 0.9 s was measured on a machine with ten times more work than it could do.
 */
const PING_LIMITS: PingLimits = { everyMs: 10_000, silentAfter: 3, hungAfter: 9 }

export type WorkerWatchdog = ReturnType<typeof openWorkerWatchdog>

/**
 * Notices a worker thread whose event loop has stopped. It counts pings that this thread sent and that had no reply
 * before the next was due. So a clock that jumps counts for nothing, and a process or a machine that was stopped adds
 * one ping, not one for each interval that it missed.
 */
export function openWorkerWatchdog({ db, clock, log }: Deps, limits: PingLimits = PING_LIMITS) {
  let unanswered = 0
  let silentSince: Date | undefined
  let saving = Promise.resolve()
  // One after the other: the end of an incident must not overtake its record.
  const save = (step: () => Promise<void>) => {
    saving = saving.then(step).catch((error) => log.error('database.error', { what: errorText(error) }))
  }
  const recordSilence = () => {
    if (!silentSince) log.warn('worker.silent', { pings: unanswered })
    silentSince ??= clock.now()
    const since = silentSince
    const detail = `process ${process.pid}: ${unanswered} pings without a reply`
    // Each time anew: another process that starts, or whose worker replies, ends the incident.
    save(() => recordIncident(db, { name: WORKER_INCIDENT, what: 'silent', detail, since }))
  }
  return {
    /** Whether the thread replied to one of the latest pings. */
    replies: () => silentSince === undefined,
    onReply: () => {
      unanswered = 0
      if (!silentSince) return
      silentSince = undefined
      log.info('worker.replied')
      save(() => endIncident(db, WORKER_INCIDENT))
    },
    /** Pings until `signal` (rejects with an AbortError), or until the thread counts as hung (resolves). */
    untilHung: async (ping: () => void, signal: AbortSignal): Promise<void> => {
      while (unanswered < limits.hungAfter) {
        ping()
        unanswered++
        await sleep(limits.everyMs, undefined, { signal, ref: false })
        // After a stop, the timer is due before the replies that have arrived are read.
        await untilEventsAreRead(undefined, { signal })
        if (unanswered >= limits.silentAfter) recordSilence()
      }
      log.error('worker.hung', { pings: unanswered })
    },
  }
}
