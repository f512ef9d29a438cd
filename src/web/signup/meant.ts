import type { Address } from '../../subscribers/address.ts'
import { isProvider, meantDomain } from '../../subscribers/meant-domain.ts'

/** The query of the page after a form with an address that may hold a slip: "?meant=gmail.com", or nothing. */
export function meantQuery({ key }: Address): string {
  const meant = meantDomain(key.slice(key.lastIndexOf('@') + 1))
  return meant ? `?meant=${meant}` : ''
}

/** What such a page may say: a query may be anybody's, and counts only where it names a provider. */
export function meantIn(query: unknown): string | null {
  const { meant } = query as { meant?: unknown }
  return typeof meant === 'string' && isProvider(meant) ? meant : null
}
