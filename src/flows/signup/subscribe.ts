import type { Config } from '../../config.ts'
import { takeTokens } from '../../platform/bucket-store.ts'
import { Fault, textOf } from '../../platform/errors.ts'
import type { Address } from '../../subscribers/address.ts'
import type { ServiceDeps } from '../../wiring.ts'
import { ask } from './ask.ts'
import type { CheckedSignup } from './read-signup.ts'

// For one network (/24, /64) and over all processes.
const SIGNUPS_AT_ONCE = 60
const SIGNUPS_PER_SECOND = 60 / 3600

export interface SubscribeInput extends CheckedSignup {
  how: 'page' | 'api'
  /** The network that the request came from: "203.0.113.0/24". */
  network: string
}

/**
 * Somebody asks for digests. Whatever the address is here, nothing tells: what differs comes by mail. Throws
 * signup.closed, signup.domain, rate.too-many.
 */
export async function subscribe(deps: ServiceDeps, { network, ...input }: SubscribeInput): Promise<void> {
  requireOpen(deps.config, input.address)
  await requireTokens(deps, network)
  const { subscriber, mail, held } = await ask(deps, input)
  deps.log.info('subscriber.asked', { subscriber: subscriber.id, how: input.how, mail, held })
  // The sign-up stands, and the next tick nudges too.
  await deps.queue
    .nudge('drain-answers')
    .catch((error) => deps.log.error('queue.error', { what: textOf(error) }))
}

function requireOpen({ SIGNUP, SIGNUP_DOMAINS }: Config, { key }: Address): void {
  if (SIGNUP === 'closed') throw new Fault('signup.closed')
  const domain = key.slice(key.lastIndexOf('@') + 1)
  if (SIGNUP_DOMAINS.length > 0 && !SIGNUP_DOMAINS.some((one) => one.toLowerCase() === domain)) {
    throw new Fault('signup.domain', { domains: SIGNUP_DOMAINS.join(', ') })
  }
}

async function requireTokens({ db }: ServiceDeps, network: string): Promise<void> {
  const bucket = { key: `signup ${network}`, capacity: SIGNUPS_AT_ONCE, perSecond: SIGNUPS_PER_SECOND }
  const { allowed, waitSeconds } = await takeTokens(db, bucket)
  if (allowed) return
  const seconds = Math.ceil(waitSeconds)
  const minutes = Math.ceil(seconds / 60)
  throw new Fault('rate.too-many', {
    limit: 'sign-ups of one network',
    seconds,
    wait: minutes === 1 ? 'a minute' : `${minutes} minutes`,
  })
}
