import type { Config } from '../../config/config.ts'
import { errorText } from '../../core/errors.ts'
import { randomId } from '../../core/random.ts'
import {
  CLAIMED_ADDRESS,
  doctorChallenge,
  PROBE_HEADER,
  type ProxyObservation,
  readDoctorResponse,
} from './proxy-probe.ts'
import { requestSite, type SiteResponse } from './site-client.ts'

interface SiteFault {
  /** Node's, such as ECONNREFUSED or CERT_HAS_EXPIRED. */
  code: string
  what: string
}

/** What was seen of the site at its public address, and in its own house. */
export interface SiteProbe {
  baseUrl: string
  /** Where no answer came from there. */
  fault?: SiteFault
  /** What speaks against the certificate; then it was asked once more without looking at it. */
  certificateFault?: SiteFault
  certificateUntil?: Date
  status?: number
  /** Scheme and host of where it sends us. */
  redirect?: string
  /** Undefined where it is not this very service that answered. */
  proxy?: ProxyObservation
  /** Something answers at HOST and PORT. */
  listensLocally: boolean
}

const PATH = '/live'
const NONCE_BITS = 128

/** Asks the site for /live as anybody on the network would, with a header that a proxy must not believe. */
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
  const { answer: response, fault } = certificateFault ? await outcome(ask(false)) : first
  const signedReply = response?.headers[PROBE_HEADER]
  return {
    baseUrl: BASE_URL,
    listensLocally: home.answer !== undefined,
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
): Promise<{ answer?: SiteResponse; fault?: SiteFault }> {
  try {
    return { answer: await request }
  } catch (error) {
    const { code } = error as { code?: string }
    return { fault: { code: code ?? '', what: errorText(error) || String(code) } }
  }
}

// OpenSSL's names for what is wrong with a chain have no prefix of their own.
const isCertificateFault = ({ code }: SiteFault): boolean => /^ERR_TLS_CERT|CERT|^UNABLE_TO_/.test(code)

function redirectOf(response: SiteResponse | undefined): string | undefined {
  const to = response?.headers.location
  if (typeof to !== 'string' || !URL.canParse(to)) return undefined
  return new URL(to).origin
}
