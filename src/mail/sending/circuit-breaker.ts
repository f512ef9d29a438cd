import { replyPattern, type SendFailure } from '../refusals/classify-reply.ts'

/** What a breaker hears of each mail that the server took or refused; a mail that waits says nothing. */
interface SendOutcome {
  domain: string
  /** Undefined where it was accepted. */
  refused?: Pick<SendFailure, 'class' | 'answer'>
}

/** Too much is refused: by everybody, so that the run stops, or by one domain alone, which is let be. */
export interface Trip {
  /** Null: everybody. */
  domain: string | null
  what: 'refused-alike' | 'refused-much'
  /** Per cent of the newest so many mails that were refused. */
  share: number
  of: number
}

export interface CircuitBreaker {
  record(outcome: SendOutcome): Trip | undefined
}

interface Limits {
  /** The newest so many mails count. */
  window: number
  /** Fewer refusals say nothing. */
  least: number
  /** Per cent. */
  share: number
}

const STREAK_LENGTH = 10
/** https://support.google.com/mail/answer/81126 and others ask senders to stop where policy refuses them. */
const DOMAIN: Limits = { window: 400, least: 20, share: 5 }
const ALL = { window: 200, least: 20 }
const SENDER_CLASSES: SendFailure['class'][] = ['policy', 'ours']
const MAILBOX_CLASSES: SendFailure['class'][] = ['dead', 'full']

/**
 * Trips at ten refusals in a row in the same words, and at too large a share of refusals among the newest mails of a
 * run: of a domain counts what speaks of us and not of an address or a message; of all mail every refusal, against
 * `stopAt` per cent. What one domain refuses, while another takes mail, is its matter alone.
 */
export function openCircuitBreaker(stopAt: number): CircuitBreaker {
  const streak = openStreak()
  const all = openWindow({ ...ALL, share: stopAt })
  const domainStreaks = new Map<string, ReturnType<typeof openStreak>>()
  const domains = new Map<string, Window>()
  const acceptingDomains = new Set<string>()
  const isAnotherAccepting = (domain: string) => [...acceptingDomains].some((one) => one !== domain)

  /** Whatever others take or refuse in between. One mailbox that is dead or full says nothing of the next one there. */
  const isDomainStreak = ({ domain, refused }: SendOutcome): boolean => {
    if (!refused) domainStreaks.delete(domain)
    if (!refused || MAILBOX_CLASSES.includes(refused.class)) return false
    const domainStreak = domainStreaks.get(domain) ?? openStreak()
    domainStreaks.set(domain, domainStreak)
    return domainStreak(domain, replyPattern(refused.answer)) !== undefined
  }
  const checkStreak = (outcome: SendOutcome): Trip | undefined => {
    const { domain, refused } = outcome
    const refusingDomains = streak(domain, refused && replyPattern(refused.answer))
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
    record: (outcome) => {
      if (!outcome.refused && acceptingDomains.size < 2) acceptingDomains.add(outcome.domain)
      const trip = checkStreak(outcome) ?? checkShare(outcome)
      // It is let be from here on.
      if (trip?.domain) {
        all.forget(trip.domain)
        acceptingDomains.delete(trip.domain)
      }
      return trip
    },
  }
}

/** Says whose refusals they were where ten in a row had the same words, and begins anew; undefined words: accepted. */
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

interface Window {
  /** Undefined while the share is below; begins anew where it was not. */
  record(domain: string, counts: boolean): Share | undefined
  forget(domain: string): void
}

function openWindow({ window, least, share }: Limits): Window {
  let newest: { domain: string; counts: boolean }[] = []
  return {
    record: (domain, counts) => {
      newest.push({ domain, counts })
      if (newest.length > window) newest.shift()
      const found = newest.filter((one) => one.counts).length
      const of = newest.length
      if (!counts || found < least || (found * 100) / of < share) return undefined
      newest = []
      return { share: Math.round((found * 100) / of), of }
    },
    forget: (domain) => {
      newest = newest.filter((one) => one.domain !== domain)
    },
  }
}
