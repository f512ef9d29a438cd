import { createHmac, timingSafeEqual } from 'node:crypto'

/** The header of the doctor's question to the site, and of the site's answer. */
export const PROBE_HEADER = 'x-daily-papers-doctor'
/** The address that the question claims to come from: nobody's (RFC 5737). */
export const CLAIMED_ADDRESS = '192.0.2.77'

const NETWORKS = ['loopback', 'private', 'public'] as const
/** Where the last hop before the service stands. */
export type HopNetwork = (typeof NETWORKS)[number]

/**
 * What became of the claimed address on its way. as-sent: nobody added to the header, and it was not believed; believed:
 * nor did anybody, and it was; gone: no header came; untrusted: a proxy added to it, and is not trusted; trusted: it is,
 * and no more than it; beyond: trust goes further than the proxy.
 */
const FORWARDED_STATES = ['as-sent', 'believed', 'gone', 'untrusted', 'trusted', 'beyond'] as const
export type ForwardedState = (typeof FORWARDED_STATES)[number]

export interface ProxyObservation {
  seen: ForwardedState
  hop: HopNetwork
}

interface ObservedRequest {
  forwarded: string | undefined
  /** The other end of the connection, then whom it is believed to speak for, one after the other. */
  chain: readonly string[]
}

/** No address is in what the site answers. */
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

/** What the doctor sends: only who knows APP_SECRET can ask. */
export const doctorChallenge = (nonce: string, [secret = '']: readonly string[]): string =>
  `${nonce}.${mac(secret, `question ${nonce}`)}`

/** What the site answers; undefined to everybody who does not know one of its secrets. */
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

/** Undefined for what this very service did not say to this very question. */
export function readDoctorResponse(
  answer: string,
  { nonce, secrets: [secret = ''] }: { nonce: string; secrets: readonly string[] },
): ProxyObservation | undefined {
  const [seen, hop, proof = ''] = answer.split('.')
  if (!same(proof, mac(secret, `answer ${nonce} ${seen}.${hop}`))) return undefined
  return { seen: FORWARDED_STATES.find((one) => one === seen)!, hop: NETWORKS.find((one) => one === hop)! }
}

// A key of its own, so that nothing said here is good for a link.
const mac = (secret: string, text: string): string =>
  createHmac('sha256', createHmac('sha256', secret).update('doctor').digest()).update(text).digest('hex')

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
