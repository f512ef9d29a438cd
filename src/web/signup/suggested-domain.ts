import type { Address } from '../../subscribers/address.ts'
import { isMailboxProvider, suggestDomain } from '../../subscribers/suggest-domain.ts'

/** The domain that was probably meant, of an address that may hold a slip. */
export const suggestedDomain = ({ key }: Address): string | undefined =>
  suggestDomain(key.slice(key.lastIndexOf('@') + 1))

/** The query of the page after a form with such an address: "?meant=gmail.com", or nothing. */
export function suggestedDomainQuery(address: Address): string {
  const meant = suggestedDomain(address)
  return meant ? `?meant=${meant}` : ''
}

/** What such a page may say: a query may be anybody's, and counts only where it names a provider. */
const providerOrNull = (meant: unknown): string | null =>
  typeof meant === 'string' && isMailboxProvider(meant) ? meant : null

export const suggestedDomainInQuery = (query: unknown): string | null =>
  providerOrNull((query as { meant?: unknown }).meant)
