import type { Config } from '../../config/config.ts'
import { DAY_MS, dayOf, midnight } from '../../core/dates.ts'
import type { SmtpFault, SmtpStage } from '../refusals/classify-reply.ts'

/** Whose bucket of tokens it is: of all mail, of one day's digests while a sending domain is new, of one recipients' domain. */
export type SendRateKey = 'all' | `ramp-up ${string}` | `domain ${string}`

/** Tokens of "all" that stay for whoever waits for an answer. */
export const TRANSACTIONAL_RESERVE = 1

/** What the settings allow. */
export interface SendRateLimit {
  perSecond: number
  /** The most tokens that gather; absent: those of five seconds. */
  capacity?: number
}

/** The part behind the last @, in lower case. */
export const emailDomain = (address: string): string =>
  address.slice(address.lastIndexOf('@') + 1).toLowerCase()

export const domainRateKey = (domain: string): SendRateKey => `domain ${domain}`

const BEFORE_ANY_RECIPIENT: SmtpStage[] = ['connect', 'tls', 'login', 'mail']

/** Whom a server means that asks for less: all of our mail, or what goes to this recipient's domain. */
export const rateKeyToReduce = ({ stage }: SmtpFault, recipient: string): SendRateKey =>
  BEFORE_ANY_RECIPIENT.includes(stage) ? 'all' : domainRateKey(emailDomain(recipient))

const FIRST_DAY_MAILS = 1000
const RAMP_UP_DAYS = 14

/** Digests that may go out on a day (UTC) of the ramp-up: 1,000 on the first, twice as many each day after it. */
export function rampUpQuota(
  { RAMP_UP_SINCE: since }: Pick<Config, 'RAMP_UP_SINCE'>,
  now: Date,
): number | undefined {
  if (!since) return undefined
  const day = Math.floor((now.getTime() - midnight(since).getTime()) / DAY_MS)
  return day < RAMP_UP_DAYS ? FIRST_DAY_MAILS * 2 ** Math.max(0, day) : undefined
}

/** A day's mails do not come again on that day. */
const NO_REFILL = 1e-9

/**
 * The pace of a day of the ramp-up; undefined where there is none. Each day and number of mails has a bucket of its own, so
 * that a process whose clock is late, or whose settings are older, fills none anew.
 */
export function rampUpRate(
  config: Pick<Config, 'RAMP_UP_SINCE'>,
  now: Date,
): { key: SendRateKey; limit: SendRateLimit; mails: number } | undefined {
  const mails = rampUpQuota(config, now)
  if (mails === undefined) return undefined
  return { key: `ramp-up ${dayOf(now)} ${mails}`, limit: { perSecond: NO_REFILL, capacity: mails }, mails }
}

/** What the settings say of a pace at an instant; undefined where they say nothing. */
export function configuredRateLimit(config: Config, key: SendRateKey, now: Date): SendRateLimit | undefined {
  if (key === 'all') {
    const rate = config.SMTP_URL?.rate
    return rate === undefined ? undefined : { perSecond: rate, capacity: rate + TRANSACTIONAL_RESERVE }
  }
  if (key.startsWith('ramp-up ')) {
    const rampUp = rampUpRate(config, now)
    return rampUp?.key === key ? rampUp.limit : undefined
  }
  const { each, domains } = config.DOMAIN_RATE
  return perSecond(domains.get(key.slice('domain '.length)) ?? each)
}

const perSecond = (rate: number | undefined): SendRateLimit | undefined =>
  rate === undefined ? undefined : { perSecond: rate }
