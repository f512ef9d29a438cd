import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { DAY_MS, dayOf } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault, undefinedIfFault } from '../core/errors.ts'
import { memoize } from '../core/memoize.ts'

/** The purposes of links, with the byte that encodes each in the token. */
const PURPOSES = {
  confirm: 1,
  unsubscribe: 2,
  resubscribe: 3,
  manage: 4,
  digest: 5,
  account: 6,
  move: 7,
  kept: 8,
  'kept-feed': 9,
  feed: 10,
} as const
export type LinkPurpose = keyof typeof PURPOSES

/** The content of a link: signed, not secret. */
export interface Link {
  purpose: LinkPurpose
  /**
   * The signup's id for confirm, the message's for digest, the address change's for move, otherwise the subscriber's.
   */
  id: string
  /**
   * The subscriber's epoch. A new epoch makes older links invalid, except those that unsubscribe. Addresses that the
   * subscriber can replace (kept, kept-feed, feed) have a version of their own here.
   */
  epoch: number
  /** To the second. */
  issuedAt: Date
}

const LIVES_MS: Record<LinkPurpose, number> = {
  confirm: 7 * DAY_MS,
  resubscribe: 30 * DAY_MS,
  unsubscribe: Number.POSITIVE_INFINITY,
  manage: Number.POSITIVE_INFINITY,
  digest: Number.POSITIVE_INFINITY,
  account: DAY_MS,
  move: DAY_MS,
  kept: Number.POSITIVE_INFINITY,
  'kept-feed': Number.POSITIVE_INFINITY,
  feed: Number.POSITIVE_INFINITY,
}

/** When a link expires; an invalid Date if it never does. */
export const linkEnd = ({ purpose, issuedAt }: Pick<Link, 'purpose' | 'issuedAt'>): Date =>
  new Date(issuedAt.getTime() + LIVES_MS[purpose])

const VERSION = 1
const SECRET_ID_BYTES = 4
const MAC_BYTES = 16
// version, purpose, secret's id, epoch, issued-at in seconds; then the id, then the MAC.
const HEAD_BYTES = 2 + SECRET_ID_BYTES + 4 + 4
const MAX_ID_LENGTH = 40
const MAX_SECRETS = 100
const MAX_TOKEN_LENGTH = Math.ceil(((HEAD_BYTES + MAX_ID_LENGTH + MAC_BYTES) * 4) / 3)
const MIN_TOKEN_LENGTH = Math.ceil(((HEAD_BYTES + 1 + MAC_BYTES) * 4) / 3)

const hashedId = memoize(
  (secret: string): Buffer =>
    createHash('sha256').update(`secret id:${secret}`).digest().subarray(0, SECRET_ID_BYTES),
  MAX_SECRETS,
)

/** A short public name of a secret. It is stored with each message, so that a retry signs with the same secret. */
export const secretId = memoize(
  (secret: string): string => hashedId(secret).toString('base64url'),
  MAX_SECRETS,
)

/** The secret with that name; the newest one if that one was retired. */
export const secretById = (id: string, secrets: readonly string[]): string =>
  secrets.find((secret) => secretId(secret) === id) ?? secrets[0]!

/** The token of a link: base64url, up to 94 characters, the same text for the same link and secret. */
export function signLink(link: Link, secret: string): string {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt8(VERSION, 0)
  head.writeUInt8(PURPOSES[link.purpose], 1)
  hashedId(secret).copy(head, 2)
  head.writeUInt32BE(link.epoch, 2 + SECRET_ID_BYTES)
  head.writeUInt32BE(Math.floor(link.issuedAt.getTime() / 1000), 6 + SECRET_ID_BYTES)
  const claims = Buffer.concat([head, Buffer.from(link.id, 'latin1')])
  return Buffer.concat([claims, mac(claims, secret)]).toString('base64url')
}

/**
 * Reads a token for `purpose`. Throws link.lower-case, link.unknown (forged, cut off, or signed with a secret that we
 * do not have), link.wrong-purpose, link.expired. The caller checks the epoch.
 */
export function readLink(token: string, purpose: LinkPurpose, secrets: readonly string[], now: Date): Link {
  const link = verifyToken(token, secrets)
  if (!link) throw new Fault(looksLowerCased(token) ? 'link.lower-case' : 'link.unknown')
  if (link.purpose !== purpose) throw new Fault('link.wrong-purpose', { purpose, found: link.purpose })
  const end = linkEnd(link)
  if (now >= end) throw new Fault('link.expired', { ended: dayOf(end) })
  return link
}

/** The content of an unsubscribe link; null if it is not a link of this site. It is valid in every epoch. */
export const readUnsubscribeLink = ({ config, clock }: Deps, token: string): Link | null =>
  undefinedIfFault(() => readLink(token, 'unsubscribe', config.APP_SECRET, clock.now())) ?? null

/** Whether the link is from before a new address or subscription: its reader may be another person by now. */
export const isOutdated = ({ epoch }: Pick<Link, 'epoch'>, holder: Pick<Link, 'epoch'>): boolean =>
  epoch !== holder.epoch

/**
 * The person that a link belongs to, if the link is current. Throws link.unknown if there is no such person,
 * link.outdated if the link is older than a new address or subscription.
 */
export function requireHolder<Holder extends Pick<Link, 'epoch'>>(
  { epoch }: Pick<Link, 'epoch'>,
  found: Holder | null | undefined,
): Holder {
  if (!found) throw new Fault('link.unknown')
  if (isOutdated({ epoch }, found)) throw new Fault('link.outdated')
  return found
}

/**
 * Whether a token has the form of our links for `purpose`, but names a secret that we do not have: another process signed
 * it, or a stranger made it up.
 */
export function isSignedElsewhere(token: string, purpose: LinkPurpose, secrets: readonly string[]): boolean {
  const claims = splitToken(token)?.claims
  return claims !== undefined && parseClaims(claims)?.purpose === purpose && !signingSecret(claims, secrets)
}

function verifyToken(token: string, secrets: readonly string[]): Link | undefined {
  const parts = splitToken(token)
  if (!parts) return undefined
  const { claims, signature } = parts
  const secret = signingSecret(claims, secrets)
  if (!secret || !timingSafeEqual(mac(claims, secret), signature)) return undefined
  return parseClaims(claims)
}

function splitToken(token: string): { claims: Buffer; signature: Buffer } | undefined {
  if (token.length > MAX_TOKEN_LENGTH || token.length < MIN_TOKEN_LENGTH) return undefined
  const bytes = Buffer.from(token, 'base64url')
  // Node skips characters outside the alphabet: accept only the canonical spelling.
  if (bytes.toString('base64url') !== token) return undefined
  return { claims: bytes.subarray(0, -MAC_BYTES), signature: bytes.subarray(-MAC_BYTES) }
}

/** The one that the token names. */
const signingSecret = (claims: Buffer, secrets: readonly string[]): string | undefined =>
  secrets.find((one) => hashedId(one).equals(claims.subarray(2, 2 + SECRET_ID_BYTES)))

function parseClaims(claims: Buffer): Link | undefined {
  const purposes = Object.keys(PURPOSES) as LinkPurpose[]
  const purpose = purposes.find((name) => PURPOSES[name] === claims.readUInt8(1))
  if (!purpose || claims.readUInt8(0) !== VERSION) return undefined
  return {
    purpose,
    id: claims.subarray(HEAD_BYTES).toString('latin1'),
    epoch: claims.readUInt32BE(2 + SECRET_ID_BYTES),
    issuedAt: new Date(claims.readUInt32BE(6 + SECRET_ID_BYTES) * 1000),
  }
}

const mac = (claims: Buffer, secret: string): Buffer =>
  createHmac('sha256', secret).update('link:').update(claims).digest().subarray(0, MAC_BYTES)

// Some mail gateways lower-case links: forty base64 characters without a capital are not a coincidence.
const looksLowerCased = (token: string): boolean => /^[a-z0-9_-]{40,}$/.test(token)
