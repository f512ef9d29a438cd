import { createHmac, timingSafeEqual } from 'node:crypto'

/** The header of the doctor's challenge and of the site's response. */
export const PROBE_HEADER = 'x-daily-papers-doctor'
/** The forged client address of the challenge. It belongs to no one (RFC 5737). */
export const CLAIMED_ADDRESS = '192.0.2.77'

const NETWORKS = ['loopback', 'private', 'public'] as const
/** The network of the last hop before the service. */
export type HopNetwork = (typeof NETWORKS)[number]

/**
 * What happened to the claimed address. as-sent: no proxy added to the header, and the service did not trust it;
 * believed: no proxy added to it, but the service trusted it; gone: the header was removed; untrusted: a proxy added to
 * it and is not trusted; trusted: only that proxy is trusted; beyond: hops beyond the proxy are trusted too.
 */
const FORWARDED_STATES = ['as-sent', 'believed', 'gone', 'untrusted', 'trusted', 'beyond'] as const
export type ForwardedState = (typeof FORWARDED_STATES)[number]

export interface ProxyObservation {
  seen: ForwardedState
  hop: HopNetwork
}

interface ObservedRequest {
  forwarded: string | undefined
  /** The peer of the connection, then the addresses of trusted forwarding, in order. */
  chain: readonly string[]
}

/** Describes how a request arrived. The result contains no address. */
export function observeProxy({ forwarded, chain }: ObservedRequest): ProxyObservation {
  const hop = networkOf(chain[0] ?? '')
  const isTrusted = chain.length > 1
  if (!forwarded) return { seen: 'gone', hop }
  if (forwarded.trim() === CLAIMED_ADDRESS) return { seen: isTrusted ? 'believed' : 'as-sent', hop }
  if (!isTrusted) return { seen: 'untrusted', hop }
  return { seen: chain.at(-1) === CLAIMED_ADDRESS ? 'beyond' : 'trusted', hop }
}

function networkOf(address: string): HopNetwork {
  const plain = address.replace(/^::ffff:/i, '')
  if (plain === '::1' || plain.startsWith('127.')) return 'loopback'
  const isPrivate = /^(10|192\.168|172\.(1[6-9]|2\d|3[01]))\.|^f[cd]|^fe80:/i.test(plain)
  return isPrivate ? 'private' : 'public'
}

/** The challenge that the doctor sends: only someone with APP_SECRET can create it. */
export const doctorChallenge = (nonce: string, [secret = '']: readonly string[]): string =>
  `${nonce}.${mac(secret, `question ${nonce}`)}`

/** The response of the site; undefined if the challenge was not made with one of its secrets. */
export function doctorResponse(
  challenge: string,
  secrets: readonly string[],
  { seen, hop }: ProxyObservation,
): string | undefined {
  const [nonce = '', proof = ''] = challenge.split('.')
  const secret = secrets.find((one) => same(proof, mac(one, `question ${nonce}`)))
  const payload = `${seen}.${hop}`
  return secret && `${payload}.${mac(secret, `answer ${nonce} ${payload}`)}`
}

/** Undefined unless this service made the response to this challenge. */
export function readDoctorResponse(
  answer: string,
  { nonce, secrets: [secret = ''] }: { nonce: string; secrets: readonly string[] },
): ProxyObservation | undefined {
  const [seen, hop, proof = ''] = answer.split('.')
  if (!same(proof, mac(secret, `answer ${nonce} ${seen}.${hop}`))) return undefined
  return { seen: FORWARDED_STATES.find((one) => one === seen)!, hop: NETWORKS.find((one) => one === hop)! }
}

// A derived key, so that these codes cannot be used in a link.
const mac = (secret: string, text: string): string =>
  createHmac('sha256', createHmac('sha256', secret).update('doctor').digest()).update(text).digest('hex')

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
