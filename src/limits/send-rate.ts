import type { Config } from '../config/config.ts'
import { DAY_MS, dayOf, midnight } from '../core/dates.ts'

/** Key of a rate: of all email, of one day's digests while the sending domain is new, or of one recipient domain. */
export type SendRateKey = typeof ALL_EMAIL | `send ramp-up ${string}` | `send domain ${string}`

export const ALL_EMAIL = 'send all'
const DOMAIN = 'send domain '

/** Permits of "all" that are reserved for the transactional lane. */
export const TRANSACTIONAL_RESERVE = 1

export interface SendRateLimit {
  perSecond: number
  /** The most permits that accumulate; absent: those of five seconds. */
  capacity?: number
}

/** The part after the last @, in lower case. */
export const emailDomain = (address: string): string =>
  address.slice(address.lastIndexOf('@') + 1).toLowerCase()

export const domainRateKey = (domain: string): SendRateKey => `${DOMAIN}${domain}`

/** The domain of a rate; null for a rate of several domains. */
export const domainOfRate = (key: SendRateKey): string | null =>
  key.startsWith(DOMAIN) ? key.slice(DOMAIN.length) : null

const FIRST_DAY_MAILS = 1000
const RAMP_UP_DAYS = 14

/** Number of digests allowed on a day (UTC) of the ramp-up: 1,000 on the first day, then twice as many each day. */
export function rampUpQuota(
  { RAMP_UP_SINCE: since }: Pick<Config, 'RAMP_UP_SINCE'>,
  now: Date,
): number | undefined {
  if (!since) return undefined
  const day = Math.floor((now.getTime() - midnight(since).getTime()) / DAY_MS)
  return day < RAMP_UP_DAYS ? FIRST_DAY_MAILS * 2 ** Math.max(0, day) : undefined
}

/** Permits that were used on a day do not refill on that day. */
const NO_REFILL = 1e-9

/**
 * The send rate of a day of the ramp-up; undefined outside it. Each day and quota has a bucket of its own, so that a
 * process whose clock is late or whose settings are older does not refill one.
 */
export function rampUpRate(
  config: Pick<Config, 'RAMP_UP_SINCE'>,
  now: Date,
): { key: SendRateKey; limit: SendRateLimit; mails: number } | undefined {
  const mails = rampUpQuota(config, now)
  if (mails === undefined) return undefined
  return {
    key: `send ramp-up ${dayOf(now)} ${mails}`,
    limit: { perSecond: NO_REFILL, capacity: mails },
    mails,
  }
}

/** The limit in the settings at an instant; undefined if they set none. */
export function configuredRateLimit(config: Config, key: SendRateKey, now: Date): SendRateLimit | undefined {
  if (key === ALL_EMAIL) {
    const rate = config.SMTP_URL?.rate
    return rate === undefined ? undefined : { perSecond: rate, capacity: rate + TRANSACTIONAL_RESERVE }
  }
  if (key.startsWith('send ramp-up ')) {
    const rampUp = rampUpRate(config, now)
    return rampUp?.key === key ? rampUp.limit : undefined
  }
  const { each, domains } = config.DOMAIN_RATE
  return perSecond(domains.get(domainOfRate(key) ?? '') ?? each)
}

const perSecond = (rate: number | undefined): SendRateLimit | undefined =>
  rate === undefined ? undefined : { perSecond: rate }
