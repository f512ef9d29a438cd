import type { Config } from '../../config/config.ts'
import { errorText } from '../../core/errors.ts'
import { randomId } from '../../core/secrets.ts'
import {
  CLAIMED_ADDRESS,
  doctorChallenge,
  PROBE_HEADER,
  type ProxyObservation,
  readDoctorResponse,
} from './proxy-probe.ts'
import { requestSite, type SiteResponse } from './site-client.ts'

interface SiteFault {
  /** An error code of Node, such as ECONNREFUSED or CERT_HAS_EXPIRED. */
  code: string
  what: string
}

/** The result of requests to the site at its public and its local address. */
export interface SiteProbe {
  baseUrl: string
  /** Set if the public address did not respond. */
  fault?: SiteFault
  /** The error of the certificate. The request was then repeated without verifying it. */
  certificateFault?: SiteFault
  certificateUntil?: Date
  status?: number
  /** Scheme and host of the redirect. */
  redirect?: string
  /** Undefined if another service responded. */
  proxy?: ProxyObservation
  /** A server responds at HOST and PORT. */
  listensLocally: boolean
}

const PATH = '/live'
const NONCE_BITS = 128

/** Requests /live from the site like any visitor, with a forged X-Forwarded-For that the service must not trust. */
export async function probeSite(
  { BASE_URL, HOST, PORT, APP_SECRET }: Config,
  { timeoutMs }: { timeoutMs: number },
): Promise<SiteProbe> {
  const nonce = randomId(NONCE_BITS)
  const headers = { [PROBE_HEADER]: doctorChallenge(nonce, APP_SECRET), 'x-forwarded-for': CLAIMED_ADDRESS }
  const ask = (verify: boolean) => requestSite({ url: `${BASE_URL}${PATH}`, headers, verify, timeoutMs })
  const atHome = requestSite({ url: localUrl(HOST, PORT), headers: {}, verify: false, timeoutMs })
  const [first, home] = await Promise.all([outcome(ask(true)), outcome(atHome)])
  const certificateFault = first.fault && isCertificateFault(first.fault) ? first.fault : undefined
  const { response, fault } = certificateFault ? await outcome(ask(false)) : first
  const signedReply = response?.headers[PROBE_HEADER]
  return {
    baseUrl: BASE_URL,
    listensLocally: home.response !== undefined,
    fault,
    certificateFault,
    certificateUntil: response?.certificateUntil,
    status: response?.status,
    redirect: redirectOf(response),
    proxy:
      typeof signedReply === 'string'
        ? readDoctorResponse(signedReply, { nonce, secrets: APP_SECRET })
        : undefined,
  }
}

function localUrl(host: string, port: number): string {
  const name = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}${PATH}`
}

async function outcome(
  request: Promise<SiteResponse>,
): Promise<{ response?: SiteResponse; fault?: SiteFault }> {
  try {
    return { response: await request }
  } catch (error) {
    const { code } = error as { code?: string }
    return { fault: { code: code ?? '', what: errorText(error) || String(code) } }
  }
}

// OpenSSL's codes for errors of a certificate chain have no common prefix.
const isCertificateFault = ({ code }: SiteFault): boolean => /^ERR_TLS_CERT|CERT|^UNABLE_TO_/.test(code)

function redirectOf(response: SiteResponse | undefined): string | undefined {
  const to = response?.headers.location
  if (typeof to !== 'string' || !URL.canParse(to)) return undefined
  return new URL(to).origin
}
