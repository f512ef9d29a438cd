import { createHmac } from 'node:crypto'
import { domainToASCII } from 'node:url'
import { z } from 'zod'
import { Fault } from '../core/errors.ts'

export interface Address {
  /** As typed, without surrounding blanks; a domain with non-ASCII characters is written as its A-label. */
  address: string
  /** Lower-case local part @ A-label: the same for all spellings of one address. A +tag stays. */
  key: string
}

const MAX_LOCAL_PART_LENGTH = 64
const MAX_ADDRESS_LENGTH = 254

const LOCAL_PART = /^[\w!#$&'*+/=?^`{|}~-]+(\.[\w!#$&'*+/=?^`{|}~-]+)*$/
const LABEL = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
// The last label begins with a letter, which rules out IP addresses.
const ASCII_ADDRESS = z.email({ pattern: new RegExp(`^[^@]+@(${LABEL}\\.)+(?=[a-z])${LABEL}$`) })

// domainToASCII parses a host as a browser does: it silently drops the path of "a.example/b".
const NEVER_IN_DOMAIN = /[\s/\\:?#%@[\]<>^|]/

/** Reads typed text as one address. Throws address.empty, .several, .too-long, .not-ascii, .malformed. */
export function parseAddress(text: string): Address {
  const typed = text.trim()
  if (typed === '') throw new Fault('address.empty')
  if (typed.split('@').length > 2) throw new Fault('address.several')
  const [local = '', domain = ''] = typed.split('@')
  const asciiDomain = NEVER_IN_DOMAIN.test(domain) ? '' : domainToASCII(domain)
  const key = `${local.toLowerCase()}@${asciiDomain}`
  if (asciiDomain && [...local].some((character) => character > '\x7f')) throw new Fault('address.not-ascii')
  if (!LOCAL_PART.test(local) || !ASCII_ADDRESS.safeParse(key).success) throw new Fault('address.malformed')
  if (local.length > MAX_LOCAL_PART_LENGTH || key.length > MAX_ADDRESS_LENGTH) {
    throw new Fault('address.too-long', { longest: MAX_ADDRESS_LENGTH, longestLocal: MAX_LOCAL_PART_LENGTH })
  }
  const isAscii = domain.toLowerCase() === asciiDomain
  return { address: `${local}@${isAscii ? domain : asciiDomain}`, key }
}

const GMAIL = ['gmail.com', 'googlemail.com']

/**
 * The mailbox behind an address key, as far as its spelling shows: without a +tag, and at Gmail without dots. Only for
 * limits: `a+x@…` is a subscriber of its own.
 */
export function mailboxOf(key: Address['key']): string {
  const [local = '', domain = ''] = key.split('@')
  const untagged = local.replace(/\+.*$/, '')
  return GMAIL.includes(domain) ? `${untagged.replaceAll('.', '')}@gmail.com` : `${untagged}@${domain}`
}

/** "a•••@example.com": enough for the owner to recognise, too little for others. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, 1)}•••${address.slice(at)}`
}

/** The key of an address in table suppression, which has no addresses. `suppressionKey` is never rotated. */
export const addressHash = (key: string, suppressionKey: string): string =>
  createHmac('sha256', suppressionKey).update(key).digest('hex')
