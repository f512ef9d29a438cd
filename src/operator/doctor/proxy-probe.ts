import { seal, unseal } from '../../core/secrets.ts'

/** The header of the doctor's challenge and of the site's response. */
export const PROBE_HEADER = 'x-daily-papers-doctor'
/** The forged client address of the challenge. It belongs to no one (RFC 5737). */
export const CLAIMED_ADDRESS = '192.0.2.77'

export interface ProxyObservation {
  /**
   * What happened to the claimed address. as-sent: no proxy added to the header, and the service did not trust it;
   * believed: no proxy added to it, but the service trusted it; gone: the header was removed; untrusted: a proxy added
   * to it and is not trusted; trusted: only that proxy is trusted; beyond: hops beyond the proxy are trusted too.
   */
  seen: 'as-sent' | 'believed' | 'gone' | 'untrusted' | 'trusted' | 'beyond'
  /** The network of the last hop before the service. */
  hop: 'loopback' | 'private' | 'public'
}

/**
 * Describes how a request arrived. `chain`: the peer of the connection, then the addresses of trusted forwarding, in
 * order. The result contains no address.
 */
export function observeProxy(forwarded: string | undefined, chain: readonly string[]): ProxyObservation {
  const hop = networkOf(chain[0] ?? '')
  const isTrusted = chain.length > 1
  if (!forwarded) return { seen: 'gone', hop }
  if (forwarded.trim() === CLAIMED_ADDRESS) return { seen: isTrusted ? 'believed' : 'as-sent', hop }
  if (!isTrusted) return { seen: 'untrusted', hop }
  return { seen: chain.at(-1) === CLAIMED_ADDRESS ? 'beyond' : 'trusted', hop }
}

function networkOf(address: string): ProxyObservation['hop'] {
  const plain = address.replace(/^::ffff:/i, '')
  if (plain === '::1' || plain.startsWith('127.')) return 'loopback'
  const isPrivate = /^(10|192\.168|172\.(1[6-9]|2\d|3[01]))\.|^f[cd]|^fe80:/i.test(plain)
  return isPrivate ? 'private' : 'public'
}

const purpose = 'doctor'

/** The challenge that the doctor sends: only someone with APP_SECRET can create it. */
export const doctorChallenge = (nonce: string, [secret = '']: readonly string[]): string =>
  seal(nonce, { secret, purpose })

/** The response of the site; undefined if the challenge was not made with one of its secrets. */
export function doctorResponse(
  challenge: string,
  secrets: readonly string[],
  observation: ProxyObservation,
): string | undefined {
  const nonce = unseal(challenge, { secrets, purpose })
  return nonce === null ? undefined : seal(JSON.stringify(observation), { secret: nonce, purpose })
}

/** Undefined unless a service that could read the challenge with this nonce made the response. */
export function readDoctorResponse(response: string, nonce: string): ProxyObservation | undefined {
  const observation = unseal(response, { secrets: [nonce], purpose })
  return observation === null ? undefined : JSON.parse(observation)
}
