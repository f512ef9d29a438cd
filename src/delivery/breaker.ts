import { alike, type Failure } from './classify-answer.ts'

/** What a breaker hears of each mail that the server took or refused; a mail that waits says nothing. */
export interface Heard {
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

/**
 * Trips at ten refusals in a row in the same words, and at too large a share of refusals among the newest mails of a
 * run: of a domain counts what speaks of us and not of an address or a message; of all mail every refusal, against
 * `stopAt` per cent.
 */
export function openBreaker(stopAt: number): Breaker {
  const row = openRow()
  const all = openWindow({ ...ALL, share: stopAt })
  const domains = new Map<string, Window>()
  const inDomain = (domain: string, isAboutUs: boolean) => {
    // A domain that never refused for such a reason needs no window.
    if (!isAboutUs && !domains.has(domain)) return undefined
    const window = domains.get(domain) ?? openWindow(DOMAIN)
    domains.set(domain, window)
    return window(isAboutUs)
  }
  return {
    hear: (heard) => {
      const { domain, refused } = heard
      const rowOf = row(heard)
      if (rowOf) return { domain: rowOf.domain, what: 'refused-alike', share: 100, of: IN_A_ROW }
      const much = all(refused !== undefined)
      if (much) return { domain: null, what: 'refused-much', ...much }
      const muchOfIt = inDomain(domain, refused !== undefined && ABOUT_US.includes(refused.class))
      return muchOfIt && { domain, what: 'refused-much', ...muchOfIt }
    },
  }
}

/** Ten in a row are everybody's matter, unless all are of one domain and another one took something in this run. */
function openRow() {
  let text = ''
  let refusing: string[] = []
  const taking = new Set<string>()
  return ({ domain, refused }: Heard): { domain: string | null } | undefined => {
    if (!refused) {
      if (taking.size < 2) taking.add(domain)
      refusing = []
      return undefined
    }
    const said = alike(refused.answer)
    refusing = said === text ? [...refusing, domain] : [domain]
    text = said
    if (refusing.length < IN_A_ROW) return undefined
    const isOne = refusing.every((one) => one === domain) && [...taking].some((one) => one !== domain)
    refusing = []
    return { domain: isOne ? domain : null }
  }
}

type Window = (counts: boolean) => { share: number; of: number } | undefined

/** Undefined while the share is below; begins anew where it was not. */
function openWindow({ window, least, share }: Limits): Window {
  let newest: boolean[] = []
  return (counts) => {
    newest.push(counts)
    if (newest.length > window) newest.shift()
    const found = newest.filter(Boolean).length
    const of = newest.length
    if (!counts || found < least || (found * 100) / of < share) return undefined
    newest = []
    return { share: Math.round((found * 100) / of), of }
  }
}
