import type { Config } from '../../config/config.ts'
import { DAY_MS } from '../../core/dates.ts'
import type { Deps, ServiceDeps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { endIncident, recordIncident } from '../../core/incident.repo.ts'
import { type Bucket, type PermitResult, permitsLeft, takePermits } from '../../limits/permits.repo.ts'
import { type RateLimit, requirePermit, retryAfter, widestNetworkOf } from '../../limits/rate-limit.ts'
import { nudgeTransactional } from '../../mail/message.ts'
import type { Address } from '../../subscribers/address.ts'
import { type CheckedSignup, readSignup } from '../../subscribers/read-signup.ts'
import { type RecordSignupInput, recordSignupRequest } from '../../subscribers/record-signup-request.ts'

const SIGNUP_LIMIT: RateLimit = {
  name: 'signup',
  label: 'sign-ups of one network',
  capacity: 20,
  perSecond: 20 / 3600,
}

export interface SubscribeInput extends CheckedSignup {
  how: 'page' | 'api'
  again?: boolean
  /** If the request has no topics, use those of the last unconfirmed one. */
  keepsTopics?: boolean
  ip: string
}

const siteSignupBucket = ({ SIGNUP_PER_HOUR }: Pick<Config, 'SIGNUP_PER_HOUR'>): Bucket => ({
  key: 'signup site',
  capacity: SIGNUP_PER_HOUR,
  perSecond: SIGNUP_PER_HOUR / 3600,
})

/** Sign-ups per hour, beyond SIGNUP_PER_HOUR, of networks that had none in the last 24 hours. */
const reserveOf = ({ SIGNUP_PER_HOUR }: Pick<Config, 'SIGNUP_PER_HOUR'>): number =>
  Math.ceil(SIGNUP_PER_HOUR / 4)

const reserveBucket = (config: Config): Bucket => {
  const capacity = reserveOf(config)
  return { key: 'signup reserve', capacity, perSecond: capacity / 3600 }
}

/** One a day for the widest network: someone who owns a /24 or a /48 gets one permit of the reserve, not hundreds. */
const firstTodayBucket = (ip: string): Bucket => ({
  key: `signup today ${widestNetworkOf(ip)}`,
  capacity: 1,
  perSecond: 1000 / DAY_MS,
})

/** The incident's name while the limit of the site is reached. */
export const SIGNUPS_INCIDENT = 'signups'

/**
 * Requests a subscription. Nothing reveals whether the address is known: only the email differs. Once SIGNUP_PER_HOUR is
 * used up, subscribers still get their email, and everyone gets the same response. Throws signup.closed, signup.domain,
 * signup.busy, rate.too-many.
 */
export async function subscribe(deps: ServiceDeps, { ip, ...input }: SubscribeInput): Promise<void> {
  const { config, db } = deps
  requireSignupOpen(config, input.address)
  await requirePermit(db, SIGNUP_LIMIT, { ip })
  const site = await takeSitePermit(deps)
  const ownBuckets = site.allowed ? [firstTodayBucket(ip)] : [firstTodayBucket(ip), reserveBucket(config)]
  const own = await takePermits(db, ownBuckets)
  const isBusy = !site.allowed && !own.allowed
  await recordAndNudge(deps, { ...input, isBusy })
  if (isBusy) throw new Fault('signup.busy', retryAfter(site.waitSeconds))
}

/**
 * Requests the link to one's settings. A person without a subscription gets a confirmation instead, if sign-up is open
 * for them and SIGNUP_PER_HOUR is not used up, and a former subscriber also the link to their account; the response is
 * the same for all. Returns the address. Throws FieldFaults (email), rate.too-many.
 */
export async function requestManageLink(
  deps: ServiceDeps,
  { email, ip }: { email: string; ip: string },
): Promise<Address> {
  const signup = readSignup(deps.config, { email, topics: [] })
  await requirePermit(deps.db, SIGNUP_LIMIT, { ip })
  const closed = refusalOf(deps.config, signup.address) !== null
  const { allowed } = await takeSitePermit(deps)
  await recordAndNudge(deps, { ...signup, how: 'link', link: true, closed, isBusy: !allowed })
  return signup.address
}

/** Every request takes one, also those of subscribers, or the limit would reveal who subscribes. */
async function takeSitePermit({ db, config, clock }: ServiceDeps): Promise<PermitResult> {
  const permit = await takePermits(db, [siteSignupBucket(config)])
  if (!permit.allowed) {
    const detail = `${config.SIGNUP_PER_HOUR} an hour (SIGNUP_PER_HOUR), and ${reserveOf(config)} more for networks without a sign-up in the last 24 hours`
    await recordIncident(db, { name: SIGNUPS_INCIDENT, what: SIGNUPS_INCIDENT, detail, since: clock.now() })
  }
  return permit
}

async function recordAndNudge(deps: ServiceDeps, input: RecordSignupInput): Promise<void> {
  const { subscriber, mail, held } = await recordSignupRequest(deps, input)
  deps.log.info('subscriber.asked', { subscriber: subscriber.id, how: input.how, mail, held })
  await nudgeTransactional(deps)
}

/** Once a tenth of the hourly quota is free: during an attack, each permit is used as soon as it is free. */
export async function endSignupsIncident({ db, config }: Deps): Promise<void> {
  const bucket = siteSignupBucket(config)
  // Require at least two: a single permit is soon free again after each email of an attack.
  const enough = Math.min(bucket.capacity, Math.max(2, bucket.capacity / 10))
  if ((await permitsLeft(db, bucket)) >= enough) await endIncident(db, SIGNUPS_INCIDENT)
}

/** Throws signup.closed and signup.domain. */
export function requireSignupOpen(config: Config, address: Address): void {
  const refusal = refusalOf(config, address)
  if (refusal) throw refusal
}

/** Why a new subscriber with this address is refused; null if they are accepted. */
const refusalOf = (config: Config, address: Address): Fault | null =>
  config.SIGNUP === 'closed' ? new Fault('signup.closed') : domainRefusal(config, address)

/** Why no digest may be sent to an address; null if it may. */
export function domainRefusal({ SIGNUP_DOMAINS }: Config, { key }: Address): Fault | null {
  const domain = key.slice(key.lastIndexOf('@') + 1)
  if (SIGNUP_DOMAINS.length === 0 || SIGNUP_DOMAINS.some((one) => one.toLowerCase() === domain)) return null
  return new Fault('signup.domain', { domains: SIGNUP_DOMAINS.join(', ') })
}
