import { type Service, startService as startRightly } from '../../src/service/service.ts'

export * from '../../src/service/service.ts'

/** The thread of the worker is pinged every 0.4 s instead of every 10 s; silent after 2 s, hung after 6 s. */
export const startService: typeof startRightly = (config, roles, options): Promise<Service> =>
  startRightly(config, roles, { ...options, pings: { everyMs: 400, silentAfter: 5, hungAfter: 15 } })
