import type { Config } from './config.ts'
import { openComposer } from './flows/compose-message.ts'
import { type DeliverDeps, deliverReady } from './flows/deliver.ts'
import { ingestDue } from './flows/ingest-day.ts'
import { migrateDatabase } from './flows/migrate-database.ts'
import { planDigests } from './flows/plan-digests.ts'
import type { Log } from './platform/log.ts'
import { startSchedule } from './schedule/schedule.ts'
import { buildServer } from './web/server.ts'
import { type ServiceDeps, type WiringOptions, wire, wireQueue } from './wiring.ts'

export const ROLES = ['web', 'schedule', 'worker'] as const
export type Role = (typeof ROLES)[number]

/** What a service has at hand. */
type Running = ServiceDeps & DeliverDeps

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
  const wired = await wire(config, options)
  await migrateDatabase(wired.deps)
  const compose = await openComposer(wired.deps)
  const { deps: queued, close } = await wireQueue(wired)
  const deps = { ...queued, compose }
  const stops: (() => Promise<void>)[] = []
  let address: string | undefined
  if (roles.includes('web')) {
    const server = await buildServer(deps)
    address = await server.listen({ host: config.HOST, port: config.PORT })
    stops.push(() => server.close())
  }
  if (roles.includes('schedule')) stops.push(startSchedule(deps).stop)
  if (roles.includes('worker')) stops.push(await startWorker(deps))
  deps.log.info('service.started', { roles: roles.join(','), port: config.PORT })
  return {
    deps,
    log: deps.log,
    address,
    stop: async () => {
      deps.log.info('service.stopping')
      for (const stop of stops) await stop()
      await close()
      deps.log.info('service.stopped')
    },
  }
}

/** Answers nudges in this process. Returns what stops it: nothing new is taken, what is in flight is finished. */
async function startWorker(deps: Running): Promise<() => Promise<void>> {
  const stopping = new AbortController()
  const { signal } = stopping
  await deps.queue.onNudge('ingest', () => ingestDue(deps))
  await deps.queue.onNudge('plan', async () => {
    await planDigests(deps)
    await deps.queue.nudge('drain-digests')
  })
  await deps.queue.onNudge(
    'drain-answers',
    async () => void (await deliverReady(deps, { lane: 'answers', signal })),
  )
  await deps.queue.onNudge(
    'drain-digests',
    async () => void (await deliverReady(deps, { lane: 'digests', signal })),
  )
  return async () => stopping.abort()
}
