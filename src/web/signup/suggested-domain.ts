import type { Address } from '../../subscribers/address.ts'
import { isMailboxProvider, suggestDomain } from '../../subscribers/suggest-domain.ts'

/** The domain that was probably meant, if the address may contain a typo. */
export const suggestedDomain = ({ key }: Address): string | undefined =>
  suggestDomain(key.slice(key.lastIndexOf('@') + 1))

/** The query string of the page after a form with such an address: "?meant=gmail.com", or empty. */
export function suggestedDomainQuery(address: Address): string {
  const meant = suggestedDomain(address)
  return meant ? `?meant=${meant}` : ''
}

/** Anyone can write a query string, so it counts only if it names a known mailbox provider. */
const providerOrNull = (meant: unknown): string | null =>
  typeof meant === 'string' && isMailboxProvider(meant) ? meant : null

export const suggestedDomainInQuery = (query: unknown): string | null =>
  providerOrNull((query as { meant?: unknown }).meant)
