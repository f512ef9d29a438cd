import { replyPattern, type SendFailure } from '../refusals/classify-reply.ts'

/** Input of a breaker: an email that the server accepted or refused. Deferred emails do not count. */
interface SendOutcome {
  domain: string
  /** Undefined if it was accepted. */
  refused?: Pick<SendFailure, 'class' | 'reply'>
}

/** Too many refusals: from all domains, so that the run stops, or from one domain only, which is held. */
export interface Trip {
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
