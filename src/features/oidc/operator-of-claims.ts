import { maskAddress } from '../../subscribers/address.ts'
import { OidcFault } from './oidc-fault.ts'
import type { OidcSettings } from './settings.ts'

export type Claims = Readonly<Record<string, unknown>>

/** Who logged in. Throws oidc.no-groups, oidc.other-group. */
export function operatorOfClaims(
  claims: Claims,
  { groupsClaim, changeGroup, viewGroup }: OidcSettings,
): { name: string; mayChange: boolean } {
  const groups = claims[groupsClaim]
  const isList = Array.isArray(groups) && groups.every((group) => typeof group === 'string')
  if (!isList) throw new OidcFault('oidc.no-groups', { claim: groupsClaim })
  const mayChange = groups.includes(changeGroup)
  const mayLook = viewGroup !== undefined && groups.includes(viewGroup)
  if (!mayChange && !mayLook) throw new OidcFault('oidc.other-group')
  return { name: operatorName(claims), mayChange }
}

const MAX_NAME_LENGTH = 60
// Control characters, and changes of text direction.
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]+/gu

/**
 * The name for the operator's log, which contains no addresses: of `name` and `preferred_username` the first that is
 * none; else the address, masked; else the subject, which is the provider's id of the person.
 */
export function operatorName({ name, preferred_username, sub }: Claims): string {
  const names = [name, preferred_username].map(lineOf).filter((text) => text !== '')
  const plain = names.find((text) => !text.includes('@'))
  const address = names.find((text) => text.includes('@'))
  return plain ?? (address === undefined ? lineOf(sub).replaceAll('@', ' at ') : maskAddress(address))
}

const lineOf = (value: unknown): string =>
  typeof value === 'string' ? [...value.replace(UNSEEN, ' ').trim()].slice(0, MAX_NAME_LENGTH).join('') : ''
