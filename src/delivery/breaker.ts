import type { Failure } from './classify-answer.ts'

/** What a breaker hears of each mail that the server took or refused; a mail that waits says nothing. */
export interface Heard {
  domain: string
  /** Undefined where it was accepted. */
  refused?: Pick<Failure, 'class' | 'deadAddress'>
}

/** Too much is refused: in all, or by one domain. */
export type Trip = { share: number; of: number } & ({ scope: 'all' } | { scope: 'domain'; domain: string })

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

/** https://support.google.com/mail/answer/81126 and others ask senders to stop where policy refuses them. */
const DOMAIN: Limits = { window: 400, least: 20, share: 5 }
const ALL = { window: 200, least: 20 }
const ABOUT_US = ['policy', 'ours']

/**
 * Looks for the share of refusals among the newest mails of a run. A domain counts what speaks of us and not of an
 * address or a message; all mail counts every refusal, against `stopAt` per cent.
 */
export function openBreaker(stopAt: number): Breaker {
  const all = openWindow({ ...ALL, share: stopAt })
  const domains = new Map<string, ReturnType<typeof openWindow>>()
  const windowOf = (domain: string) => {
    const known = domains.get(domain) ?? openWindow(DOMAIN)
    domains.set(domain, known)
    return known
  }
  return {
    hear: ({ domain, refused }) => {
      const inAll = all(refused !== undefined)
      if (inAll) return { scope: 'all', ...inAll }
      const isAboutUs = ABOUT_US.includes(refused?.class ?? '')
      // Whoever never refused for such a reason needs no window.
      if (!isAboutUs && !domains.has(domain)) return undefined
      const inDomain = windowOf(domain)(isAboutUs)
      return inDomain && { scope: 'domain', domain, ...inDomain }
    },
  }
}

/** Undefined while the share is below; begins anew where it was not. */
function openWindow({ window, least, share }: Limits) {
  let newest: boolean[] = []
  return (counts: boolean): { share: number; of: number } | undefined => {
    newest.push(counts)
    if (newest.length > window) newest.shift()
    const found = newest.filter(Boolean).length
    const of = newest.length
    if (!counts || found < least || (found * 100) / of < share) return undefined
    newest = []
    return { share: Math.round((found * 100) / of), of }
  }
}
