import { editDistance } from '../../core/edit-distance.ts'
import type { Address } from '../../subscribers/address.ts'

// Common mailbox providers: the likely meaning of a mistyped domain.
const MAILBOX_PROVIDERS =
  `gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr live.com msn.com yahoo.com
  yahoo.co.uk yahoo.co.jp yahoo.co.in yahoo.fr yahoo.de icloud.com me.com mac.com aol.com protonmail.com proton.me gmx.net
  gmx.de web.de t-online.de yandex.ru mail.ru qq.com 163.com 126.com foxmail.com naver.com fastmail.com zoho.com
  comcast.net verizon.net btinternet.com orange.fr free.fr laposte.net libero.it`.split(/\s+/)

// Real providers whose names are close to those.
const OTHERS =
  'mail.com email.com ymail.com gmx.com gmx.at gmx.ch pm.me mail.de live.de live.fr hotmail.de web.com'

const KNOWN = new Set([...MAILBOX_PROVIDERS, ...OTHERS.split(' ')])
const SHORT = 9
/** Misspellings of .com: a domain that ends in one of them is not a country's own domain, as yahoo.ca is. */
const SLIPS_OF_COM = ['co', 'cm', 'om']

export const isMailboxProvider = (domain: string): boolean => MAILBOX_PROVIDERS.includes(domain)

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

/** The provider that a domain in lower case was probably meant to be: gmail.com for gmial.com. */
export function suggestDomain(domain: string): string | undefined {
  if (KNOWN.has(domain) || isCountryOf(domain)) return undefined
  const near = MAILBOX_PROVIDERS.map((provider) => ({ provider, distance: editDistance(domain, provider) }))
    .filter(({ provider, distance }) => distance <= (provider.length < SHORT ? 1 : 2))
    .sort((a, b) => a.distance - b.distance)
  return near[0]?.provider
}

/** Whether it is a provider's name in another country. */
function isCountryOf(domain: string): boolean {
  const [name, ...country] = domain.split('.')
  const end = country.at(-1) ?? ''
  if (!/^[a-z]{2}$/.test(end) || SLIPS_OF_COM.includes(end)) return false
  return MAILBOX_PROVIDERS.some((provider) => provider.startsWith(`${name}.`))
}
