import { startIntake } from '../bounces/intake/intake.ts'
import { waysIn } from '../bounces/ways-in.ts'
import type { Config } from '../config/config.ts'
import { systemClock } from '../core/clock.ts'
import { sayRunning } from '../core/database/running.ts'
import { clockOf, type ServiceDeps, type WiringOptions, wire, wireQueue } from '../core/deps.ts'
import { type Log, openLog } from '../core/log.ts'
import { openMetrics } from '../core/metrics.ts'
import { pauseIfRestored } from '../core/restored.ts'
import { openDkim } from '../emails/compose-message.ts'
import type { Compose } from '../mail/message.ts'
import { migrateIfAlone } from '../operator/migrate-database.ts'
import { keepArchive } from '../search/keep-archive.ts'
import { readArchive } from '../search/open-archive.ts'
import { listen } from '../web/listen.ts'
import { buildServer } from '../web/server.ts'
import { startSchedule } from './schedule/schedule.ts'
import { startWorkerThread } from './worker-thread.ts'

export const ROLES = ['web', 'schedule', 'worker'] as const
export type Role = (typeof ROLES)[number]

/** How long a request may go on once the service is asked to stop. */
const LAST_REQUESTS_MS = 5_000

/** Of the main thread, where the role worker has one of its own: the worker needs most of them. */
const WEB_CONNECTIONS = 5

export interface ServiceOptions extends WiringOptions {
  /** Runs the role worker in a thread of its own if this process has the role web too. */
  workerThread?: boolean
}

/** `compose` only where the role worker runs in this thread. */
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
  { workerThread, ...options }: ServiceOptions = {},
): Promise<Service> {
  const metrics = openMetrics()
  const log = metrics.metered(options.log ?? openLog(config.LOG_LEVEL))
  for (const what of config.adjusted) log.warn('setting.adjusted', { what })
  for (const what of config.misspelt) log.warn('setting.misspelt', { what })
  // A key that cannot sign stops every role.
  await openDkim(config)
  const isApart = workerThread && roles.includes('web') && roles.includes('worker')
  const clockBeganAt = systemClock().now()
  const wired = await wire(config, {
    clock: clockOf(config, clockBeganAt),
    connections: isApart ? WEB_CONNECTIONS : undefined,
    ...options,
    log,
  })
  await migrateIfAlone(wired.deps)
  const running = await sayRunning(wired.deps.databaseUrl, wired.deps.log)
  await pauseIfRestored(wired.deps)
  const { deps: queued, close } = await wireQueue(wired)
  const deps: Running = { ...queued, metrics }
  const stops: (() => Promise<void>)[] = []
  const closes: (() => Promise<void>)[] = [running.stop, close]
  let address: string | undefined
  if (roles.includes('web')) {
    const server = buildServer(deps)
    address = await listen(server, config)
    stops.push(() => closeServer(server), (await startIntake(deps)).stop, keepArchive(deps).stop)
    // Whoever searches first waits for the newest papers alone. What fails here is tried again by them.
    readArchive(deps).catch(() => {})
  }
  if (roles.includes('schedule')) stops.push(startSchedule(deps).stop)
  if (isApart) {
    const ownConfig = { ...config, DATABASE_URL: deps.databaseUrl }
    stops.push((await startWorkerThread({ config: ownConfig, clockBeganAt }, metrics)).stop)
  } else if (roles.includes('worker')) {
    const { startWorker } = await import('./worker.ts')
    const worker = await startWorker(deps)
    deps.compose = worker.compose
    stops.push(worker.stop)
    closes.push(worker.close)
  }
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
      for (const release of closes) await release()
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
