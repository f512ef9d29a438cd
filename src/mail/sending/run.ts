import type { Deps } from '../../core/deps.ts'
import { pauseUnlessHeld } from '../../core/restored-database.ts'
import type { Lane, MessageState, TakenMessage } from '../message.ts'
import { MAX_MISSING_REPLIES } from '../rate-limits/missing-replies.repo.ts'
import { DOMAIN_HOLD_SECONDS, holdDomain, reduceSendRate } from '../rate-limits/send-rate.repo.ts'
import { emailDomain, rateKeyToReduce } from '../rate-limits/send-rate.ts'
import { replyPattern, type SendFailure } from '../refusals/classify-reply.ts'

type Counts = Record<'accepted' | 'deferred' | 'refused' | 'uncertain' | 'gaveUp' | 'skipped', number>

/** What ends a run early: the server or our settings, never a message. */
type StopReason =
  | 'unreachable'
  | 'login-refused'
  | 'tls-refused'
  | 'refused-alike'
  | 'refused-much'
  | 'unanswered'

export interface RunResult extends Counts {
  /** Null if every ready message was tried. */
  stopped: StopReason | null
}

export interface Run {
  result: RunResult
  /** Aborts when the run stops or ends, or its caller's signal aborts. */
  halt: AbortSignal
  /** How many emails in a row the server took without a reply, before this run. */
  missingReplies: number
  /** The lane is paused because of them: the run ends after one email. */
  isProbe: boolean
  /** The server's last reply that was not an acceptance, or why it did not reply. */
  lastReply: string
  /** When a write last failed, by the monotonic clock: what was read before may have been of another database. */
  databaseFaultAt: number
  /** Domains that accepted an email; after a hold, only since this run held them. */
  acceptedDomains: Set<string>
  /** The first reason counts. */
  stop(reason: StopReason): void
  /** Begins no further email; not because of a fault. */
  end(): void
  count(state: MessageState): void
  countedMessages(): number
}

export function startRun(signal?: AbortSignal, missingReplies = 0): Run {
  const stopping = new AbortController()
  const counts: Counts = { accepted: 0, deferred: 0, refused: 0, uncertain: 0, gaveUp: 0, skipped: 0 }
  const result: RunResult = Object.assign(counts, { stopped: null })
  let seen = 0
  return {
    result,
    missingReplies,
    isProbe: missingReplies >= MAX_MISSING_REPLIES,
    lastReply: '',
    databaseFaultAt: 0,
    acceptedDomains: new Set(),
    halt: signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal,
    stop: (reason) => {
      result.stopped ??= reason
      stopping.abort()
    },
    end: () => stopping.abort(),
    count: (state) => {
      seen++
      const name = state === 'gave_up' ? 'gaveUp' : state
      if (name in counts) counts[name as keyof Counts]++
    },
    countedMessages: () => seen,
  }
}

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
    const isSlower = await retryUntilWritten(() => reduceSendRate(db, key, failure.reply))
    onRateChange()
    if (isSlower)
      log.warn('delivery.slowed', { sendRate: key === 'all' ? 'all' : 'domain', reply: failure.reply })
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

/** Input of a breaker: an email that the server accepted or refused. Deferred emails do not count. */
interface SendOutcome {
  domain: string
  /** Undefined if it was accepted. */
  refused?: Pick<SendFailure, 'class' | 'reply'>
}

/** Too many refusals: from all domains, so that the run stops, or from one domain only, which is held. */
interface Trip {
  /** Null: all domains. */
  domain: string | null
  what: 'refused-alike' | 'refused-much'
  /** Per cent of the newest `of` emails that were refused. */
  share: number
  of: number
}

export type CircuitBreaker = ReturnType<typeof openCircuitBreaker>

interface Limits {
  /** Number of newest emails that count. */
  window: number
  /** The minimum number of refusals. */
  least: number
  /** Per cent. */
  share: number
}

const STREAK_LENGTH = 10
/** https://support.google.com/mail/answer/81126 and others ask senders to stop if policy refuses them. */
const DOMAIN: Limits = { window: 400, least: 20, share: 5 }
const ALL = { window: 200, least: 20 }
const SENDER_CLASSES: SendFailure['class'][] = ['policy', 'ours']
const MAILBOX_CLASSES: SendFailure['class'][] = ['dead', 'full']

/**
 * Trips at ten refusals in a row with the same text, and if the share of refusals among the newest emails of a run is
 * too large. For a domain, only refusals about us count, not those about an address or a message; for all email, every
 * refusal counts, against `stopAt` per cent. If another domain accepts email, a trip concerns only the refusing domain.
 */
export function openCircuitBreaker(stopAt: number) {
  const streak = openStreak()
  const all = openWindow({ ...ALL, share: stopAt })
  const domainStreaks = new Map<string, ReturnType<typeof openStreak>>()
  const domains = new Map<string, ReturnType<typeof openWindow>>()
  const acceptingDomains = new Set<string>()
  const isAnotherAccepting = (domain: string) => [...acceptingDomains].some((one) => one !== domain)

  /** Ignores the results of other domains. One dead or full mailbox says nothing about the next one of its domain. */
  const isDomainStreak = ({ domain, refused }: SendOutcome): boolean => {
    if (!refused) domainStreaks.delete(domain)
    if (!refused || MAILBOX_CLASSES.includes(refused.class)) return false
    const domainStreak = domainStreaks.get(domain) ?? openStreak()
    domainStreaks.set(domain, domainStreak)
    return domainStreak(domain, replyPattern(refused.reply)) !== undefined
  }
  const checkStreak = (outcome: SendOutcome): Trip | undefined => {
    const { domain, refused } = outcome
    const refusingDomains = streak(domain, refused && replyPattern(refused.reply))
    const isOwn = isDomainStreak(outcome) && isAnotherAccepting(domain)
    if (!refusingDomains && !isOwn) return undefined
    const isItsOwn = isOwn || (refusingDomains?.every((one) => one === domain) && isAnotherAccepting(domain))
    return { domain: isItsOwn ? domain : null, what: 'refused-alike', share: 100, of: STREAK_LENGTH }
  }
  const checkDomainShare = ({ domain, refused }: SendOutcome): Share | undefined => {
    const isAboutUs = refused !== undefined && SENDER_CLASSES.includes(refused.class)
    // A domain that never refused for such a reason needs no window.
    if (!isAboutUs && !domains.has(domain)) return undefined
    const window = domains.get(domain) ?? openWindow(DOMAIN)
    domains.set(domain, window)
    return window.record(domain, isAboutUs)
  }
  const checkShare = (outcome: SendOutcome): Trip | undefined => {
    const { domain, refused } = outcome
    const domainShare = checkDomainShare(outcome)
    const totalShare =
      domainShare && isAnotherAccepting(domain) ? undefined : all.record(domain, refused !== undefined)
    if (totalShare) return { domain: null, what: 'refused-much', ...totalShare }
    return domainShare && { domain, what: 'refused-much', ...domainShare }
  }
  return {
    record: (outcome: SendOutcome): Trip | undefined => {
      if (!outcome.refused && acceptingDomains.size < 2) acceptingDomains.add(outcome.domain)
      const trip = checkStreak(outcome) ?? checkShare(outcome)
      // The domain is held from here on.
      if (trip?.domain) {
        all.forget(trip.domain)
        acceptingDomains.delete(trip.domain)
      }
      return trip
    },
  }
}

/** Returns the domains of ten refusals in a row with the same text, and starts again. Undefined wording: accepted. */
function openStreak() {
  let lastWording: string | undefined
  let refusingDomains: string[] = []
  return (domain: string, wording: string | undefined): string[] | undefined => {
    refusingDomains =
      wording === undefined ? [] : wording === lastWording ? [...refusingDomains, domain] : [domain]
    lastWording = wording
    if (refusingDomains.length < STREAK_LENGTH) return undefined
    const all = refusingDomains
    refusingDomains = []
    return all
  }
}

interface Share {
  share: number
  of: number
}

export function openWindow({ window, least, share }: Limits) {
  let newest: { domain: string; counts: boolean }[] = []
  let found = 0
  return {
    /** Undefined while the share is below the limit; else returns it and starts again. */
    record: (domain: string, counts: boolean): Share | undefined => {
      newest.push({ domain, counts })
      if (counts) found++
      if (newest.length > window && newest.shift()!.counts) found--
      const of = newest.length
      const percent = (found * 100) / of
      if (!counts || found < least || percent < share) return undefined
      newest = []
      found = 0
      return { share: Math.round(percent), of }
    },
    forget: (domain: string): void => {
      newest = newest.filter((one) => one.domain !== domain)
      found = newest.filter((one) => one.counts).length
    },
  }
}
