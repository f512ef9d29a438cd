import type { Address } from '../../subscribers/address.ts'
import { isProvider, meantDomain } from '../../subscribers/meant-domain.ts'

/** The domain that was probably meant, of an address that may hold a slip. */
export const meantBy = ({ key }: Address): string | undefined =>
  meantDomain(key.slice(key.lastIndexOf('@') + 1))

/** The query of the page after a form with such an address: "?meant=gmail.com", or nothing. */
export function meantQuery(address: Address): string {
  const meant = meantBy(address)
  return meant ? `?meant=${meant}` : ''
}

/** What such a page may say: a query may be anybody's, and counts only where it names a provider. */
const readMeant = (meant: unknown): string | null =>
  typeof meant === 'string' && isProvider(meant) ? meant : null

export const meantIn = (query: unknown): string | null => readMeant((query as { meant?: unknown }).meant)
