import { type Service, startService as startRightly } from '../../../../src/service/service.ts'

export * from '../../../../src/service/service.ts'

/** The worker shares the main thread with the requests. */
export const startService: typeof startRightly = (config, roles, options): Promise<Service> =>
  startRightly(config, roles, { ...options, threads: false })
