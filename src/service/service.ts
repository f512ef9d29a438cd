import { enabledChannels } from '../bounces/enabled-channels.ts'
import type { Config } from '../config/config.ts'
import { systemClock } from '../core/clock.ts'
import { DEFAULT_CONNECTIONS } from '../core/database/database.ts'
import { keepProcessLock } from '../core/database/process-lock.ts'
import { addQueue, buildDeps, clockOf, type DepsOptions, type ServiceDeps } from '../core/deps.ts'
import type { Feature } from '../core/feature.ts'
import { type Log, openLog } from '../core/log.ts'
import { openMetrics } from '../core/metrics.ts'
import { pauseIfRestored } from '../core/restored-database.ts'
import { openDkim } from '../emails/compose-message.ts'
import type { Compose } from '../mail/message.ts'
import { migrateIfAlone } from '../operator/operations/database.ts'
import type { buildServer } from '../web/server.ts'
import { announceProcess } from './announce-process.ts'
import { keepEmbeddedPostgres } from './keep-embedded-postgres.ts'
import { startSchedule } from './schedule.ts'
import { openSearchThread } from './search-thread.ts'
import { startWorkerThread } from './worker-thread.ts'
import { openWorkerWatchdog, type PingLimits } from './worker-watchdog.ts'

export const ROLES = ['web', 'schedule', 'worker'] as const
export type Role = (typeof ROLES)[number]

/** How long a request may take once the service stops. */
const REQUEST_GRACE_MS = 5_000

/**
 * Of the main thread, if the worker has its own thread: the worker needs most of the connections. One of them is never
 * taken by a transaction, which may wait for a locked row, so that pages go on.
 */
const WEB_CONNECTIONS = 5

const CHECK_PAPERS_EVERY_MS = 1000

export interface ServiceOptions extends DepsOptions {
  features: readonly Feature[]
  /** Runs searches in a thread, and the role worker in another if this process has the role web too. */
  threads?: boolean
  /** Of the worker's thread. */
  pings?: PingLimits
}

/** `compose` is set only if the role worker runs in this thread. */
type RunningDeps = ServiceDeps & { compose?: Compose }

export interface Service {
  deps: RunningDeps
  log: Log
  /** URL of the site; undefined without the role web. */
  address?: string
  /** Starts no new request, tick, nudge or email, finishes those in progress, then closes all connections. */
  stop(): Promise<void>
}

/** Starts the given roles in this process on an up-to-date database. */
export async function startService(
  config: Config,
  roles: readonly Role[],
  { threads, pings, ...options }: ServiceOptions,
): Promise<Service> {
  const metrics = openMetrics()
  const log = metrics.countingLog(options.log ?? openLog(config.LOG_LEVEL))
  for (const what of config.misspelt) log.warn('setting.misspelt', { what })
  // A DKIM key that cannot sign stops every role.
  await openDkim(config)
  // Each role reads only its own files: reading all of them takes a second. The site's are read while the database replies.
  const webFiles = roles.includes('web') ? import('../web/server.ts') : undefined
  webFiles?.catch(() => {}) // a fault counts where it is awaited
  const hasWorkerThread = threads && roles.includes('web') && roles.includes('worker')
  const connections = hasWorkerThread ? WEB_CONNECTIONS : DEFAULT_CONNECTIONS
  const clockBeganAt = systemClock().now()
  const built = await buildDeps(config, {
    clock: clockOf(config, clockBeganAt),
    connections,
    maxTransactions: roles.includes('web') ? connections - 1 : undefined,
    ...options,
    log,
  })
  await migrateIfAlone(built.deps)
  const processLock = await (config.DATABASE_URL === 'embedded'
    ? keepEmbeddedPostgres(config, built.deps)
    : keepProcessLock(built.deps.databaseUrl, log))
  await pauseIfRestored(built.deps)
  const { deps: queued, close } = await addQueue(built)
  const watchdog = hasWorkerThread ? openWorkerWatchdog(queued, pings) : undefined
  const threadSettings = { config: { ...config, DATABASE_URL: queued.databaseUrl }, clockBeganAt }
  const searchThread = threads ? openSearchThread(threadSettings, metrics) : undefined
  const deps: RunningDeps = { ...queued, metrics, searchThread, workerReplies: watchdog?.replies }
  const parts: Parts = { stops: [], closes: [processLock.stop, close] }
  // Last: the work that the queue lets finish may search.
  if (searchThread) parts.closes.push(searchThread.stop)
  const address = webFiles && (await startSite(deps, await webFiles, parts))
  parts.stops.push((await announceProcess(deps)).stop)
  if (roles.includes('schedule')) parts.stops.push(startSchedule(deps).stop)
  if (watchdog && searchThread) {
    const thread = await startWorkerThread(threadSettings, metrics, { watchdog, searchThread })
    parts.stops.push(thread.stop)
  } else if (roles.includes('worker')) {
    await startOwnWorker(deps, parts)
  }
  const channels = enabledChannels(deps).map(({ channel }) => channel)
  log.info('service.started', { roles: roles.join(','), port: config.PORT, channels: channels.join(',') })
  return { deps, log, address, stop: () => stopParts(log, parts) }
}

/** What `stop` ends: first what takes work, all at once; then, in this order, what that uses. */
interface Parts {
  stops: (() => Promise<void>)[]
  closes: (() => Promise<void>)[]
}

async function startSite(
  deps: RunningDeps,
  { buildServer, listen, REQUEST_LIMITS }: typeof import('../web/server.ts'),
  { stops }: Parts,
): Promise<string> {
  const { config } = deps
  const server = buildServer(deps, REQUEST_LIMITS, { checkEveryMs: CHECK_PAPERS_EVERY_MS })
  const address = await listen(server, config)
  stops.push(() => closeServer(server))
  if (config.BOUNCE_LMTP || config.BOUNCE_SMTP) {
    const { startIntake } = await import('../bounces/intake.ts')
    stops.push((await startIntake(deps)).stop)
  }
  return address
}

async function startOwnWorker(deps: RunningDeps, { stops, closes }: Parts): Promise<void> {
  const { startWorker } = await import('./worker.ts')
  const worker = await startWorker(deps)
  deps.compose = worker.compose
  stops.push(worker.stop)
  closes.push(worker.close)
}

async function stopParts(log: Log, { stops, closes }: Parts): Promise<void> {
  log.info('service.stopping')
  // All at once: a slow request must not let the worker take more emails.
  await Promise.all(stops.map((stop) => stop()))
  for (const close of closes) await close()
  log.info('service.stopped')
}

/** Lets requests in flight end; closes those that take longer than a few seconds. */
async function closeServer(server: ReturnType<typeof buildServer>): Promise<void> {
  const timer = setTimeout(() => server.server.closeAllConnections(), REQUEST_GRACE_MS)
  await server.close()
  clearTimeout(timer)
}
