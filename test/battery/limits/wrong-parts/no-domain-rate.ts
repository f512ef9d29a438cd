import { configuredRateLimit as limitRightly } from '../../../../src/limits/send-rate.ts'

export * from '../../../../src/limits/send-rate.ts'

/** Applies the rate of all emails, and none of one domain. */
export const configuredRateLimit: typeof limitRightly = (config, key, now) =>
  key.startsWith('send domain ') ? undefined : limitRightly(config, key, now)
