import { readReports } from '../bounces/read-reports.ts'
import { openReportReader } from '../bounces/report-reader.ts'
import type { ServiceDeps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'
import { withFailureTracking } from '../core/failure-tracking.ts'
import { featureNudges } from '../core/feature-nudge.ts'
import { endIncident } from '../core/incident.repo.ts'
import { type CoreNudge, NUDGES } from '../core/queue.ts'
import { planDigests } from '../digests/plan-digests.ts'
import { recompileQueries } from '../digests/recompile-queries.ts'
import { openComposer } from '../emails/compose-message.ts'
import { deliverReady } from '../emails/deliver.ts'
import type { Compose } from '../mail/message.ts'
import { pruneNightly } from '../operator/prune.ts'
import { ingestDue } from '../papers/ingest.ts'
import { openPlainPapers } from '../papers/keep-plain-papers.ts'
import { learnIfDue } from '../queries/learned/learn.ts'
import { WORKER_INCIDENT } from './worker-watchdog.ts'

/** The pause after a failure: learning takes a minute of a core. */
const REST_MS: Partial<Record<CoreNudge, number>> = { learn: 15 * 60_000 }
/** Complaints are read within a second. */
const POLL_SECONDS: Partial<Record<CoreNudge, number>> = { 'read-reports': 0.5 }

export interface Worker {
  compose: Compose
  /** Takes no new work; work in progress ends when the queue stops. */
  stop(): Promise<void>
  /** Call it once the queue has stopped. */
  close(): Promise<void>
}

/** The role worker: runs the work of each nudge in this thread. Throws dkim.cannot-sign. */
export async function startWorker(queued: ServiceDeps): Promise<Worker> {
  const compose = await openComposer(queued)
  const reader = openReportReader()
  const deps = { ...queued, compose, reader }
  await endIncident(deps.db, WORKER_INCIDENT)
  const stopping = new AbortController()
  const { signal } = stopping
  const storePlainPapers = openPlainPapers(deps)
  const work: Record<CoreNudge, () => Promise<unknown>> = {
    ingest: async () => {
      await ingestDue(deps, { signal })
      await storePlainPapers(signal)
    },
    plan: async () => {
      // The first digests are sent while the others are planned.
      const onPage = () =>
        deps.queue
          .nudge('drain-bulk')
          .catch((error) => deps.log.error('nudge.failed', { what: errorText(error) }))
      await planDigests(deps, { onPage })
      await deps.queue.nudge('drain-bulk')
    },
    'drain-transactional': () => deliverReady(deps, { lane: 'transactional', signal }),
    'drain-bulk': () => deliverReady(deps, { lane: 'bulk', signal }),
    'read-reports': () => readReports(deps, { signal }),
    prune: () => pruneNightly(deps, { signal }),
    learn: () => learnIfDue(deps, { signal }),
  }
  const works = [
    ...NUDGES.map((name) => {
      return { name, run: work[name], restMs: REST_MS[name], pollSeconds: POLL_SECONDS[name] }
    }),
    ...featureNudges(deps.features).map((nudge) => {
      return { ...nudge, run: () => nudge.run(deps, { signal }) }
    }),
  ]
  for (const { name, run, restMs, pollSeconds } of works) {
    const tracked = () => withFailureTracking(deps, name, run, { restMs })
    await deps.queue.onNudge(name, tracked, { pollSeconds })
  }
  const recompiling = recompileQueries(deps, { signal })
  return {
    compose,
    stop: async () => {
      stopping.abort()
      await recompiling
    },
    close: () => reader.close(),
  }
}
