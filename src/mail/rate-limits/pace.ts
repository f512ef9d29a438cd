import type { Config } from '../../config/config.ts'
import { DAY_MS, dayOf, midnight } from '../../core/dates.ts'
import type { SmtpFault, Stage } from '../refusals/classify-answer.ts'

/** Whose bucket of tokens it is: of all mail, of one day's digests while a sending domain is new, of one recipients' domain. */
export type PaceKey = 'all' | `ramp-up ${string}` | `domain ${string}`

/** Tokens of "all" that stay for whoever waits for an answer. */
export const ANSWERS_RESERVE = 1

/** What the settings allow. */
export interface PaceLimit {
  perSecond: number
  /** The most tokens that gather; absent: those of five seconds. */
  capacity?: number
}

/** The part behind the last @, in lower case. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase()

export const paceOf = (domain: string): PaceKey => `domain ${domain}`

const BEFORE_ANY_RECIPIENT: Stage[] = ['connect', 'tls', 'login', 'mail']

/** Whom a server means that asks for less: all of our mail, or what goes to this recipient's domain. */
export const paceMeant = ({ stage }: SmtpFault, recipient: string): PaceKey =>
  BEFORE_ANY_RECIPIENT.includes(stage) ? 'all' : paceOf(domainOf(recipient))

const FIRST_DAY_MAILS = 1000
const RAMP_UP_DAYS = 14

/** Digests that may go out on a day (UTC) of the ramp-up: 1,000 on the first, twice as many each day after it. */
export function rampUpMails(
  { RAMP_UP_SINCE: since }: Pick<Config, 'RAMP_UP_SINCE'>,
  now: Date,
): number | undefined {
  if (!since) return undefined
  const day = Math.floor((now.getTime() - midnight(since).getTime()) / DAY_MS)
  return day < RAMP_UP_DAYS ? FIRST_DAY_MAILS * 2 ** Math.max(0, day) : undefined
}

/** A day's mails do not come again on that day. */
const NEVER = 1e-9

/**
 * The pace of a day of the ramp-up; undefined where there is none. Each day and number of mails has a bucket of its own, so
 * that a process whose clock is late, or whose settings are older, fills none anew.
 */
export function rampUpOf(
  config: Pick<Config, 'RAMP_UP_SINCE'>,
  now: Date,
): { key: PaceKey; limit: PaceLimit; mails: number } | undefined {
  const mails = rampUpMails(config, now)
  if (mails === undefined) return undefined
  return { key: `ramp-up ${dayOf(now)} ${mails}`, limit: { perSecond: NEVER, capacity: mails }, mails }
}

/** What the settings say of a pace at an instant; undefined where they say nothing. */
export function limitOf(config: Config, key: PaceKey, now: Date): PaceLimit | undefined {
  if (key === 'all') {
    const rate = config.SMTP_URL?.rate
    return rate === undefined ? undefined : { perSecond: rate, capacity: rate + ANSWERS_RESERVE }
  }
  if (key.startsWith('ramp-up ')) {
    const rampUp = rampUpOf(config, now)
    return rampUp?.key === key ? rampUp.limit : undefined
  }
  const { each, domains } = config.DOMAIN_RATE
  return perSecond(domains.get(key.slice('domain '.length)) ?? each)
}

const perSecond = (rate: number | undefined): PaceLimit | undefined =>
  rate === undefined ? undefined : { perSecond: rate }
