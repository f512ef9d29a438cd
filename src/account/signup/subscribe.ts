import type { Config } from '../../config/config.ts'
import type { Deps, ServiceDeps } from '../../core/deps.ts'
import { Fault } from '../../core/errors.ts'
import { endIncident, recordIncident } from '../../core/incident.repo.ts'
import {
  type Bucket,
  permitsLeft,
  type RateLimit,
  requirePermit,
  retryAfter,
  takePermits,
} from '../../core/rate-limit.ts'
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

/** The incident's name while the limit of the site is reached. */
const SIGNUPS_INCIDENT = 'signups'

/**
 * Requests a subscription. Nothing reveals whether the address is known: only the email differs. Throws signup.closed,
 * signup.domain, signup.busy, rate.too-many.
 */
export async function subscribe(deps: ServiceDeps, { ip, ...input }: SubscribeInput): Promise<void> {
  requireSignupOpen(deps.config, input.address)
  await requirePermit(deps.db, SIGNUP_LIMIT, { ip })
  await recordAndNudge(deps, input)
}

/**
 * Requests the link to one's settings. A person without a subscription gets a confirmation instead, if sign-up is open
 * for them, and a former subscriber also the link to their account; the response is the same for all. Returns
 * the address. Throws FieldFaults (email), signup.busy, rate.too-many.
 */
export async function requestManageLink(
  deps: ServiceDeps,
  { email, ip }: { email: string; ip: string },
): Promise<Address> {
  const signup = readSignup(deps.config, { email, topics: [] })
  await requirePermit(deps.db, SIGNUP_LIMIT, { ip })
  const closed = refusalOf(deps.config, signup.address) !== null
  await recordAndNudge(deps, { ...signup, how: 'link', link: true, closed })
  return signup.address
}

/**
 * Every request counts towards the limit of the site, or the limit would reveal who subscribes. Beyond it subscribers
 * still get their email, and everyone gets the same response. Throws signup.busy.
 */
async function recordAndNudge(deps: ServiceDeps, input: RecordSignupInput): Promise<void> {
  const { allowed, waitSeconds } = await takePermits(deps.db, [siteSignupBucket(deps.config)])
  const { subscriber, mail, held } = await recordSignupRequest(deps, { ...input, isBusy: !allowed })
  deps.log.info('subscriber.asked', { subscriber: subscriber.id, how: input.how, mail, held })
  await nudgeTransactional(deps)
  if (!allowed) await refuse(deps, waitSeconds)
}

async function refuse({ db, config, clock }: ServiceDeps, waitSeconds: number): Promise<never> {
  const detail = `${config.SIGNUP_PER_HOUR} an hour (SIGNUP_PER_HOUR)`
  await recordIncident(db, { name: SIGNUPS_INCIDENT, what: SIGNUPS_INCIDENT, detail, since: clock.now() })
  throw new Fault('signup.busy', retryAfter(waitSeconds))
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
