import type { Config } from '../../config/config.ts'
import { textOf } from '../../core/errors.ts'
import { randomId } from '../../core/random.ts'
import { CLAIMED_ADDRESS, PROBE_HEADER, type ProxySeen, questionOf, readAnswer } from './probe.ts'
import { askSite, type SiteAnswer } from './site-client.ts'

interface SiteFault {
  /** Node's, such as ECONNREFUSED or CERT_HAS_EXPIRED. */
  code: string
  what: string
}

/** What was seen of the site at its public address, and in its own house. */
export interface SiteSeen {
  baseUrl: string
  /** Where no answer came from there. */
  fault?: SiteFault
  /** What speaks against the certificate; then it was asked once more without looking at it. */
  certificateFault?: SiteFault
  until?: Date
  status?: number
  /** Scheme and host of where it sends us. */
  redirect?: string
  /** Undefined where it is not this very service that answered. */
  proxy?: ProxySeen
  /** Something answers at HOST and PORT. */
  listens: boolean
}

const PATH = '/live'
const NONCE_BITS = 128

/** Asks the site for /live as anybody on the network would, with a header that a proxy must not believe. */
export async function seeSite(
  { BASE_URL, HOST, PORT, APP_SECRET }: Config,
  { timeoutMs }: { timeoutMs: number },
): Promise<SiteSeen> {
  const nonce = randomId(NONCE_BITS)
  const headers = { [PROBE_HEADER]: questionOf(nonce, APP_SECRET), 'x-forwarded-for': CLAIMED_ADDRESS }
  const ask = (verify: boolean) => askSite({ url: `${BASE_URL}${PATH}`, headers, verify, timeoutMs })
  const atHome = askSite({ url: homeUrl(HOST, PORT), headers: {}, verify: false, timeoutMs })
  const [first, home] = await Promise.all([outcome(ask(true)), outcome(atHome)])
  const certificateFault = first.fault && isCertificateFault(first.fault) ? first.fault : undefined
  const { answer, fault } = certificateFault ? await outcome(ask(false)) : first
  const said = answer?.headers[PROBE_HEADER]
  return {
    baseUrl: BASE_URL,
    listens: home.answer !== undefined,
    fault,
    certificateFault,
    until: answer?.until,
    status: answer?.status,
    redirect: redirectOf(answer),
    proxy: typeof said === 'string' ? readAnswer(said, { nonce, secrets: APP_SECRET }) : undefined,
  }
}

function homeUrl(host: string, port: number): string {
  const name = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}${PATH}`
}

async function outcome(asked: Promise<SiteAnswer>): Promise<{ answer?: SiteAnswer; fault?: SiteFault }> {
  try {
    return { answer: await asked }
  } catch (error) {
    const { code } = error as { code?: string }
    return { fault: { code: code ?? '', what: textOf(error) || String(code) } }
  }
}

// OpenSSL's names for what is wrong with a chain have no prefix of their own.
const isCertificateFault = ({ code }: SiteFault): boolean => /^ERR_TLS_CERT|CERT|^UNABLE_TO_/.test(code)

function redirectOf(answer: SiteAnswer | undefined): string | undefined {
  const to = answer?.headers.location
  if (typeof to !== 'string' || !URL.canParse(to)) return undefined
  return new URL(to).origin
}
