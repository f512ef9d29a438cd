import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { DAY_MS, type Day, dayOf } from '../core/dates.ts'
import { Fault } from '../core/errors.ts'
import { memoize } from '../core/memoize.ts'
import { spanOf } from '../search/spans.ts'

/** The purposes of links, with the byte that encodes each in the token. */
const PURPOSES = {
  confirm: 1,
  unsubscribe: 2,
  resubscribe: 3,
  manage: 4,
  digest: 5,
  account: 6,
  move: 7,
} as const
export type LinkPurpose = keyof typeof PURPOSES

/** The content of a link: signed, not secret. */
export interface Link {
  purpose: LinkPurpose
  /**
   * The signup's id for confirm, the message's for digest, the address change's for move, otherwise the subscriber's.
   */
  id: string
  /** The subscriber's epoch. A new epoch makes older links invalid, except those that unsubscribe. */
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

/**
 * The person that a link belongs to, if the link is current. Throws link.unknown if there is no such person,
 * link.outdated if the link is older than a new address or subscription.
 */
export function requireHolder<Holder extends Pick<Link, 'epoch'>>(
  { epoch }: Pick<Link, 'epoch'>,
  found: Holder | null | undefined,
): Holder {
  if (!found) throw new Fault('link.unknown')
  if (found.epoch !== epoch) throw new Fault('link.outdated')
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

/** Longer links are left out: they would exceed the byte budget. */
const MAX_LENGTH = 300
const ARXIV_PAGE = /^\/papers\/((?:\d{4}\.\d{4,5}|[a-z-]+\/\d{7}))$/

/** The only links in an email: pages of the site, arXiv, and code over https. */
export interface Links {
  /** A paper's page on the site; undefined for other paths. */
  paper(path: string): string | undefined
  day(day: Day): string
  /** The ISO week with this day. */
  week(day: Day): string
}

const MAX_SITES = 10

export const siteLinks = memoize((baseUrl: string): Links => {
  const papers = `${new URL(baseUrl).href.replace(/\/$/, '')}/papers/`
  return {
    paper(path) {
      if (!path.startsWith('/papers/')) return undefined
      const link = parsed(papers + path.slice('/papers/'.length))
      return link?.href.startsWith(papers) ? withinLimit(link) : undefined
    },
    day: (day) => `${papers}date/${day}`,
    week: (day) => `${papers}week/${spanOf('week', day).name}`,
  }
}, MAX_SITES)

/** A paper in the context of a subscriber's topic. */
export interface TopicPaperRef {
  topicId: number
  paperId: number
}

/** The page for trying changes of a topic, starting from a paper. `manageUrl` is the subscriber's settings page. */
export const topicLink = (manageUrl: string, { topicId, paperId }: TopicPaperRef): string =>
  `${topicPage(manageUrl, topicId)}?paper=${paperId}`

/** The setting that turns papers that come close on and off. */
export const closePapersLink = (manageUrl: string): string => `${manageUrl}?edit=close#related`

export const topicPage = (manageUrl: string, topicId: number): string => `${manageUrl}/topics/${topicId}`

/** The paper on arXiv, if its page on the site has an arXiv identifier. */
export const arxivLink = (path: string): string | undefined => onArxiv('abs', path)

export const arxivPdfLink = (path: string): string | undefined => onArxiv('pdf', path)

function onArxiv(kind: 'abs' | 'pdf', path: string): string | undefined {
  const id = ARXIV_PAGE.exec(path)?.[1]
  return id && `https://arxiv.org/${kind}/${id}`
}

/** A link to another site, if it is https, has no credentials and is not too long. */
export function codeLink(url: string | null): string | undefined {
  const link = parsed(url ?? '')
  if (link?.protocol !== 'https:' || link.username || link.password) return undefined
  return withinLimit(link)
}

const parsed = (url: string): URL | undefined => URL.parse(url) ?? undefined

const withinLimit = ({ href }: URL): string | undefined => (href.length <= MAX_LENGTH ? href : undefined)

export interface TopicPathParams {
  token: string
  id: number
  /** The id of the paper that the reader came from. */
  paper?: number | string
}

/** The page of one topic: /manage/…/topics/5?paper=12 */
export function topicPath({ token, id, paper }: TopicPathParams, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...(paper && { paper: String(paper) }), ...more })
  return `/manage/${token}/topics/${id}${query.size > 0 ? `?${query}` : ''}`
}

/** The same page with a trial: a change of the topic, or a new topic with that name. */
export const trialPath = ({
  query,
  named,
  ...place
}: TopicPathParams & { query: string; named?: string }): string =>
  `${topicPath(place, { query, ...(named !== undefined && { as: 'new', name: named }) })}#try`

/** The purpose of an email to such an address: a bounce of a message, or a request to unsubscribe. */
export type ReturnPurpose = 'bounce' | 'unsubscribe'

interface ReturnAddress {
  purpose: ReturnPurpose
  /** The message's id for bounce, the subscriber's for unsubscribe. */
  id: string
}

const LETTERS = { bounce: 'b', unsubscribe: 'u' } as const
/** Ids are random bits as base64url: 96 for a message, 80 for a subscriber. */
const ID_BYTES = { bounce: 12, unsubscribe: 10 } as const
const RETURN_MAC_BYTES = 10

/**
 * The token in the local part of such an address: id and MAC as hexadecimal, since some servers change the case of
 * local parts and RFC 5321 limits them to 64 bytes.
 */
export function returnToken({ purpose, id }: ReturnAddress, secret: string): string {
  const bytes = Buffer.from(id, 'base64url')
  if (bytes.length !== ID_BYTES[purpose]) throw new RangeError(`id of ${bytes.length} bytes`)
  return Buffer.concat([bytes, returnMac(purpose, bytes, secret)]).toString('hex')
}

/** `b+…@domain` as envelope sender of one message (VERP), `u+…@domain` for unsubscribing by email. */
export const returnAddress = (address: ReturnAddress, secret: string, domain: string): string =>
  `${LETTERS[address.purpose]}+${returnToken(address, secret)}@${domain}`

/** The purpose and id in a token; undefined if it is forged, cut off, or made with a secret that we do not have. */
export function readReturnToken(
  token: string,
  purpose: ReturnPurpose,
  secrets: readonly string[],
): ReturnAddress | undefined {
  const length = ID_BYTES[purpose]
  if (token.length !== 2 * (length + RETURN_MAC_BYTES) || !/^[0-9a-f]+$/i.test(token)) return undefined
  const bytes = Buffer.from(token, 'hex')
  const [id, signed] = [bytes.subarray(0, length), bytes.subarray(length)]
  const isOurs = secrets.some((secret) => timingSafeEqual(returnMac(purpose, id, secret), signed))
  return isOurs ? { purpose, id: id.toString('base64url') } : undefined
}

/** The same for an address, with any domain and in any case. */
export function readReturnAddress(address: string, secrets: readonly string[]): ReturnAddress | undefined {
  const [, letter = '', token = ''] = /^([bu])\+([0-9a-f]+)@/i.exec(address) ?? []
  const purpose = letter.toLowerCase() === LETTERS.unsubscribe ? 'unsubscribe' : 'bounce'
  return readReturnToken(token, purpose, secrets)
}

/** Whether an address has that form, valid or not. */
export const isReturnAddress = (address: string): boolean => /^[bu]\+/i.test(address)

const returnMac = (purpose: ReturnPurpose, id: Uint8Array, secret: string): Buffer =>
  createHmac('sha256', secret).update(`return:${purpose}:`).update(id).digest().subarray(0, RETURN_MAC_BYTES)
