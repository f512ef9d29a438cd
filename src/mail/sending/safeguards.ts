import type { Deps } from '../../core/deps.ts'
import { pauseUnlessHeld } from '../../core/restored-database.ts'
import type { Lane, TakenMessage } from '../message.ts'
import { DOMAIN_HOLD_SECONDS, holdDomain } from '../rate-limits/domain-incident.repo.ts'
import { reduceSendRate } from '../rate-limits/send-rate.repo.ts'
import { emailDomain, rateKeyToReduce } from '../rate-limits/send-rate.ts'
import type { SendFailure } from '../refusals/classify-reply.ts'
import { openCircuitBreaker, type Trip } from './circuit-breaker.ts'
import type { Run } from './run.ts'

/** How a run reacts to replies, besides recording them. */
export interface Safeguards {
  accepted(message: TakenMessage): Promise<void>
  failed(message: TakenMessage, failure: SendFailure): Promise<void>
}

interface SafeguardsInput {
  lane: Lane
  run: Run
  /** Retries a write until it succeeds. */
  retryUntilWritten: <T>(write: () => Promise<T>) => Promise<T>
}

/**
 * Slows down if a server asks for it, holds a domain that refuses much, and stops the run if our settings are at fault
 * or all domains refuse. In the lane `digests`, refusals by all domains also pause delivery.
 */
export function openSafeguards(deps: Deps, { lane, run, retryUntilWritten }: SafeguardsInput): Safeguards {
  const { config, clock, log, db } = deps
  const breaker = openCircuitBreaker(config.STOP_AT_REFUSED)

  const reduceRateIfAsked = async ({ toAddress }: TakenMessage, failure: SendFailure) => {
    if (!failure.slowDown) return
    const key = rateKeyToReduce(failure, toAddress)
    if (await retryUntilWritten(() => reduceSendRate(db, key, failure.answer)))
      log.warn('delivery.slowed', { pace: key === 'all' ? 'all' : 'domain', answer: failure.answer })
  }

  const holdTrippedDomain = async (domain: string, trip: Trip, answer: string) => {
    const { share, of } = trip
    const said = refusedText(trip)
    const why = `${said}, the last with: ${answer}`
    await retryUntilWritten(() => holdDomain(db, { domain, said, why, at: clock.now() }))
    run.acceptedDomains.delete(domain)
    // Without the domain: it may identify a person, and logs are kept. `delivery status` shows it.
    log.error('delivery.domain-held', { seconds: DOMAIN_HOLD_SECONDS, share, of })
  }

  const stopRun = async (trip: Trip, answer: string) => {
    const reason =
      trip.what === 'refused-alike'
        ? `${trip.of} refusals in a row: ${answer}`
        : `${refusedText(trip)} were refused, the last with: ${answer}`
    const at = clock.now()
    // Stop first: the write below may take a while, and the other connections would continue.
    run.stop(trip.what)
    if (lane === 'digests') await retryUntilWritten(() => pauseUnlessHeld(db, { reason, at }))
  }

  return {
    accepted: async ({ toAddress }) => {
      const domain = emailDomain(toAddress)
      breaker.record({ domain })
      run.acceptedDomains.add(domain)
    },
    failed: async (message, failure) => {
      await reduceRateIfAsked(message, failure)
      if (failure.stopsRun) run.stop(failure.stage === 'tls' ? 'tls-refused' : 'login-refused')
      // Anyone may sign up with invented addresses, which must not end or hold the email of others.
      if (failure.outcome !== 'refused' || (lane === 'answers' && failure.deadAddress)) return
      const trip = breaker.record({ domain: emailDomain(message.toAddress), refused: failure })
      if (!trip) return
      if (!trip.domain) await stopRun(trip, failure.answer)
      else if (lane === 'digests') await holdTrippedDomain(trip.domain, trip, failure.answer)
    },
  }
}

const refusedText = ({ what, share, of }: Trip): string =>
  what === 'refused-alike' ? `${of} emails in a row` : `${share} % of the last ${of} emails`
