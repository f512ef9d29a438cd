import type { Deps } from '../../core/deps.ts'
import { pauseUnlessHeld } from '../../core/restored-database.ts'
import { reducePermits } from '../../limits/permits.repo.ts'
import { DOMAIN_HOLD_SECONDS, holdDomain } from '../../limits/send-rate.repo.ts'
import { ALL_EMAIL, domainRateKey, emailDomain, type SendRateKey } from '../../limits/send-rate.ts'
import type { Lane, TakenMessage } from '../message.ts'
import type { SendFailure, SmtpFault, SmtpStage } from '../refusals/classify-reply.ts'
import { openCircuitBreaker, type Trip } from './circuit-breaker.ts'
import type { Run } from './run.ts'

interface SafeguardsInput {
  lane: Lane
  run: Run
  retryUntilWritten: <T>(write: () => Promise<T>) => Promise<T>
  /** Called after a send rate was changed. */
  onRateChange: () => void
}

/**
 * How a run reacts to replies, besides recording them. Slows down if a server asks for it, holds a domain that refuses
 * much, and stops the run if our settings are at fault or all domains refuse. In the lane `bulk`, refusals by all
 * domains also pause delivery.
 */
export function openSafeguards(deps: Deps, { lane, run, retryUntilWritten, onRateChange }: SafeguardsInput) {
  const { config, clock, log, db } = deps
  const breaker = openCircuitBreaker(config.STOP_AT_REFUSED)

  const reduceRateIfAsked = async ({ toAddress }: TakenMessage, failure: SendFailure) => {
    if (!failure.slowDown) return
    const key = rateKeyToReduce(failure, toAddress)
    const isSlower = await retryUntilWritten(() => reducePermits(db, key, failure.reply))
    onRateChange()
    if (isSlower)
      log.warn('delivery.slowed', { sendRate: key === ALL_EMAIL ? 'all' : 'domain', reply: failure.reply })
  }

  const holdTrippedDomain = async (domain: string, trip: Trip, reply: string) => {
    const { share, of } = trip
    const said = refusedText(trip)
    const why = `${said}, the last with: ${reply}`
    await retryUntilWritten(() => holdDomain(db, { domain, reply: said, why, at: clock.now() }))
    onRateChange()
    run.acceptedDomains.delete(domain)
    // Without the domain: it may identify a person, and logs are kept. `delivery status` shows it.
    log.error('delivery.domain-held', { seconds: DOMAIN_HOLD_SECONDS, share, of })
  }

  const stopRun = async (trip: Trip, reply: string) => {
    const reason =
      trip.what === 'refused-alike'
        ? `${trip.of} refusals in a row: ${reply}`
        : `${refusedText(trip)} were refused, the last with: ${reply}`
    const at = clock.now()
    // Stop first: the write below may take a while, and the other connections would continue.
    run.stop(trip.what)
    if (lane === 'bulk') await retryUntilWritten(() => pauseUnlessHeld(db, { reason, at }))
  }

  return {
    accepted: ({ toAddress }: TakenMessage): void => {
      const domain = emailDomain(toAddress)
      breaker.record({ domain })
      run.acceptedDomains.add(domain)
    },
    failed: async (message: TakenMessage, failure: SendFailure): Promise<void> => {
      await reduceRateIfAsked(message, failure)
      if (failure.stopsRun) run.stop(failure.stage === 'tls' ? 'tls-refused' : 'login-refused')
      // Anyone may sign up with invented addresses, which must not end or hold the email of others.
      if (failure.outcome !== 'refused' || (lane === 'transactional' && failure.deadAddress)) return
      const trip = breaker.record({ domain: emailDomain(message.toAddress), refused: failure })
      if (!trip) return
      if (!trip.domain) await stopRun(trip, failure.reply)
      else if (lane === 'bulk') await holdTrippedDomain(trip.domain, trip, failure.reply)
    },
  }
}

const refusedText = ({ what, share, of }: Trip): string =>
  what === 'refused-alike' ? `${of} emails in a row` : `${share} % of the last ${of} emails`

const BEFORE_ANY_RECIPIENT: SmtpStage[] = ['connect', 'tls', 'login', 'mail']

/** Which rate to reduce if a server asks for less: that of all email, or that of this recipient's domain. */
export const rateKeyToReduce = ({ stage }: SmtpFault, recipient: string): SendRateKey =>
  BEFORE_ANY_RECIPIENT.includes(stage) ? ALL_EMAIL : domainRateKey(emailDomain(recipient))
