import { openReportReader } from './bounces/report-reader.ts'
import type { Config } from './config.ts'
import type { Compose } from './delivery/message.ts'
import { planDigests } from './flows/digests/plan-digests.ts'
import { recompileQueries } from './flows/digests/recompile-queries.ts'
import { openComposer, openDkim } from './flows/messages/compose-message.ts'
import { type DeliverDeps, deliverReady } from './flows/messages/deliver.ts'
import { migrateIfAlone } from './flows/migrate-database.ts'
import { noted } from './flows/operator/notices/note-work.ts'
import { pruneNightly } from './flows/operator/prune-nightly.ts'
import { pauseIfRestored } from './flows/operator/restore/restored.ts'
import { ingestDue } from './flows/papers/ingest-due.ts'
import { keepArchive } from './flows/papers/keep-archive.ts'
import { readArchive } from './flows/papers/open-archive.ts'
import { fetchMailbox } from './flows/returns/fetch-mailbox.ts'
import { readReports } from './flows/returns/read-reports.ts'
import type { ReadDeps } from './flows/returns/told-by-report.ts'
import { waysIn } from './flows/returns/ways-in.ts'
import { startIntake } from './intake/intake.ts'
import { type Log, openLog } from './platform/log.ts'
import { openMetrics } from './platform/metrics.ts'
import { NUDGES, type Nudge } from './platform/queue.ts'
import { sayRunning } from './platform/running.ts'
import { startSchedule } from './schedule/schedule.ts'
import { listen } from './web/listen.ts'
import { buildServer } from './web/server.ts'
import { type Deps, type ServiceDeps, type WiringOptions, wire, wireQueue } from './wiring.ts'

export const ROLES = ['web', 'schedule', 'worker'] as const
export type Role = (typeof ROLES)[number]

/** How long a request may go on once the service is asked to stop. */
const LAST_REQUESTS_MS = 5_000

/** Between two tries at what others count: a wrong password that is tried each minute locks accounts. */
const REST_MS: Partial<Record<Nudge, number>> = { 'fetch-mailbox': 15 * 60_000 }

/** What a service has at hand; the role worker alone makes mails. */
type Running = ServiceDeps & { compose?: Compose }

export interface Service {
  deps: Running
  log: Log
  /** Where the site listens; undefined without the role web. */
  address?: string
  /** Finishes what is in hand: no new request, tick, nudge or mail; then lets go of everything. */
  stop(): Promise<void>
}

/** Starts the given roles in this process on an up-to-date database. */
export async function startService(
  config: Config,
  roles: readonly Role[],
  options: WiringOptions = {},
): Promise<Service> {
  const metrics = openMetrics()
  const log = metrics.metered(options.log ?? openLog(config.LOG_LEVEL))
  for (const what of config.adjusted) log.warn('setting.adjusted', { what })
  for (const what of config.misspelt) log.warn('setting.misspelt', { what })
  const wired = await wire(config, { ...options, log })
  await migrateIfAlone(wired.deps)
  const running = await sayRunning(wired.deps.databaseUrl, wired.deps.log)
  await pauseIfRestored(wired.deps)
  const compose = await composerFor(roles, wired.deps)
  const { deps: queued, close } = await wireQueue(wired)
  const deps = { ...queued, compose, metrics }
  const stops: (() => Promise<void>)[] = []
  let address: string | undefined
  if (roles.includes('web')) {
    const server = buildServer(deps)
    address = await listen(server, config)
    stops.push(() => closeServer(server), (await startIntake(deps)).stop, keepArchive(deps).stop)
    // Whoever searches first waits for the newest papers alone. What fails here is tried again by them.
    readArchive(deps).catch(() => {})
  }
  if (roles.includes('schedule')) stops.push(startSchedule(deps).stop)
  const reader = compose && openReportReader()
  if (compose && reader) stops.push(await startWorker({ ...deps, compose, reader }))
  const hears = waysIn(config).map(({ way }) => way)
  deps.log.info('service.started', { roles: roles.join(','), port: config.PORT, hears: hears.join(',') })
  return {
    deps,
    log: deps.log,
    address,
    stop: async () => {
      deps.log.info('service.stopping')
      // At once: a slow request must not keep the worker taking mails.
      await Promise.all(stops.map((stop) => stop()))
      await running.stop()
      await close()
      await reader?.close()
      deps.log.info('service.stopped')
    },
  }
}

/** Lets requests in flight end, those that take longer than a few seconds excepted. */
async function closeServer(server: ReturnType<typeof buildServer>): Promise<void> {
  const cut = setTimeout(() => server.server.closeAllConnections(), LAST_REQUESTS_MS)
  await server.close()
  clearTimeout(cut)
}

/** For the role that makes mails of messages. A key that cannot sign stops the others too. */
async function composerFor(roles: readonly Role[], deps: Deps): Promise<Compose | undefined> {
  if (roles.includes('worker')) return openComposer(deps)
  await openDkim(deps.config)
  return undefined
}

/** Answers nudges in this process. Returns what stops it: nothing new is taken, what is in flight is finished. */
async function startWorker(deps: ServiceDeps & DeliverDeps & ReadDeps): Promise<() => Promise<void>> {
  const stopping = new AbortController()
  const { signal } = stopping
  const work: Record<Nudge, () => Promise<unknown>> = {
    ingest: () => ingestDue(deps, { signal }),
    plan: async () => {
      await planDigests(deps)
      await deps.queue.nudge('drain-digests')
    },
    'drain-answers': () => deliverReady(deps, { lane: 'answers', signal }),
    'drain-digests': () => deliverReady(deps, { lane: 'digests', signal }),
    'read-reports': () => readReports(deps, { signal }),
    'fetch-mailbox': () => fetchMailbox(deps, { signal }),
    prune: () => pruneNightly(deps, { signal }),
  }
  for (const nudge of NUDGES) {
    const restMs = REST_MS[nudge]
    await deps.queue.onNudge(nudge, () => noted(deps, nudge, work[nudge], { restMs }))
  }
  const recompiling = recompileQueries(deps, { signal })
  return async () => {
    stopping.abort()
    await recompiling
  }
}
