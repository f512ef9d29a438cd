import { alike, type Failure } from '../refusals/classify-answer.ts'

/** What a breaker hears of each mail that the server took or refused; a mail that waits says nothing. */
interface Heard {
  domain: string
  /** Undefined where it was accepted. */
  refused?: Pick<Failure, 'class' | 'answer'>
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

export interface Breaker {
  hear(heard: Heard): Trip | undefined
}

interface Limits {
  /** The newest so many mails count. */
  window: number
  /** Fewer refusals say nothing. */
  least: number
  /** Per cent. */
  share: number
}

const IN_A_ROW = 10
/** https://support.google.com/mail/answer/81126 and others ask senders to stop where policy refuses them. */
const DOMAIN: Limits = { window: 400, least: 20, share: 5 }
const ALL = { window: 200, least: 20 }
const ABOUT_US: Failure['class'][] = ['policy', 'ours']
const ABOUT_A_MAILBOX: Failure['class'][] = ['dead', 'full']

/**
 * Trips at ten refusals in a row in the same words, and at too large a share of refusals among the newest mails of a
 * run: of a domain counts what speaks of us and not of an address or a message; of all mail every refusal, against
 * `stopAt` per cent. What one domain refuses, while another takes mail, is its matter alone.
 */
export function openBreaker(stopAt: number): Breaker {
  const row = openRow()
  const all = openWindow({ ...ALL, share: stopAt })
  const rows = new Map<string, ReturnType<typeof openRow>>()
  const domains = new Map<string, Window>()
  const taking = new Set<string>()
  const anotherTakes = (domain: string) => [...taking].some((one) => one !== domain)

  /** Whatever others take or refuse in between. One mailbox that is dead or full says nothing of the next one there. */
  const isOwnRow = ({ domain, refused }: Heard): boolean => {
    if (!refused) rows.delete(domain)
    if (!refused || ABOUT_A_MAILBOX.includes(refused.class)) return false
    const ownRow = rows.get(domain) ?? openRow()
    rows.set(domain, ownRow)
    return ownRow(domain, alike(refused.answer)) !== undefined
  }
  const inRow = (heard: Heard): Trip | undefined => {
    const { domain, refused } = heard
    const refusing = row(domain, refused && alike(refused.answer))
    const isOwn = isOwnRow(heard) && anotherTakes(domain)
    if (!refusing && !isOwn) return undefined
    const isItsOwn = isOwn || (refusing?.every((one) => one === domain) && anotherTakes(domain))
    return { domain: isItsOwn ? domain : null, what: 'refused-alike', share: 100, of: IN_A_ROW }
  }
  const inDomain = ({ domain, refused }: Heard): Share | undefined => {
    const isAboutUs = refused !== undefined && ABOUT_US.includes(refused.class)
    // A domain that never refused for such a reason needs no window.
    if (!isAboutUs && !domains.has(domain)) return undefined
    const window = domains.get(domain) ?? openWindow(DOMAIN)
    domains.set(domain, window)
    return window.hear(domain, isAboutUs)
  }
  const inShare = (heard: Heard): Trip | undefined => {
    const { domain, refused } = heard
    const ofIt = inDomain(heard)
    const ofAll = ofIt && anotherTakes(domain) ? undefined : all.hear(domain, refused !== undefined)
    if (ofAll) return { domain: null, what: 'refused-much', ...ofAll }
    return ofIt && { domain, what: 'refused-much', ...ofIt }
  }
  return {
    hear: (heard) => {
      if (!heard.refused && taking.size < 2) taking.add(heard.domain)
      const trip = inRow(heard) ?? inShare(heard)
      // It is let be from here on.
      if (trip?.domain) {
        all.forget(trip.domain)
        taking.delete(trip.domain)
      }
      return trip
    },
  }
}

/** Says whose refusals they were where ten in a row had the same words, and begins anew; undefined words: accepted. */
function openRow() {
  let text: string | undefined
  let refusing: string[] = []
  return (domain: string, words: string | undefined): string[] | undefined => {
    refusing = words === undefined ? [] : words === text ? [...refusing, domain] : [domain]
    text = words
    if (refusing.length < IN_A_ROW) return undefined
    const all = refusing
    refusing = []
    return all
  }
}

interface Share {
  share: number
  of: number
}

interface Window {
  /** Undefined while the share is below; begins anew where it was not. */
  hear(domain: string, counts: boolean): Share | undefined
  forget(domain: string): void
}

function openWindow({ window, least, share }: Limits): Window {
  let newest: { domain: string; counts: boolean }[] = []
  return {
    hear: (domain, counts) => {
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
