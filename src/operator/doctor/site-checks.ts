import { request as requestHttp } from 'node:http'
import { type RequestOptions, request as requestHttps } from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { Config } from '../../config/config.ts'
import { cliCommand } from '../../core/cli-command.ts'
import { errorText } from '../../core/errors.ts'
import { randomId } from '../../core/secrets.ts'
import { type CheckResult, checkCertificateExpiry, ok, skipped, warning, wrong } from './check.ts'
import {
  CLAIMED_ADDRESS,
  doctorChallenge,
  PROBE_HEADER,
  type ProxyObservation,
  readDoctorResponse,
} from './proxy-probe.ts'

interface SiteResponse {
  /** Node's error code, such as ECONNREFUSED or CERT_HAS_EXPIRED, if there is no response. */
  fault?: { code: string; what: string }
  status?: number
  headers?: Record<string, string | string[] | undefined>
  /** When the certificate expires; undefined without TLS. */
  certificateUntil?: Date
}

export interface SiteProbe extends SiteResponse {
  baseUrl: string
  /** The error of the certificate. The request was then repeated without verifying it. */
  certificateFault?: SiteResponse['fault']
  /** Undefined if another service responded. */
  proxy?: ProxyObservation
  /** A server responds at HOST and PORT. */
  listensLocally: boolean
}

// OpenSSL's codes for errors of a certificate chain have no common prefix.
const CERTIFICATE_FAULT = /^ERR_TLS_CERT|CERT|^UNABLE_TO_/

/** Requests /live from the site like any visitor, with a forged X-Forwarded-For that the service must not trust. */
export async function probeSite(
  { BASE_URL, HOST, PORT, APP_SECRET }: Config,
  timeoutMs: number,
): Promise<SiteProbe> {
  const nonce = randomId(128)
  const headers = { [PROBE_HEADER]: doctorChallenge(nonce, APP_SECRET), 'x-forwarded-for': CLAIMED_ADDRESS }
  const options = { headers, agent: false, timeout: timeoutMs }
  const local = HOST.replace(/^(0\.0\.0\.0|::)$/, '127.0.0.1').replace(/^.*:.*$/, '[$&]')
  const [first, home] = await Promise.all([
    requestLive(BASE_URL, options),
    requestLive(`http://${local}:${PORT}`, { timeout: timeoutMs }),
  ])
  const certificateFault = CERTIFICATE_FAULT.test(first.fault?.code ?? '') ? first.fault : undefined
  const response = certificateFault
    ? await requestLive(BASE_URL, { ...options, rejectUnauthorized: false })
    : first
  const proxy = readDoctorResponse(String(response.headers?.[PROBE_HEADER]), nonce)
  return { ...response, baseUrl: BASE_URL, certificateFault, proxy, listensLocally: !home.fault }
}

/** Returns the certificate's expiry too, which fetch does not expose. Follows no redirect. Never rejects. */
const requestLive = (site: string, options: RequestOptions): Promise<SiteResponse> =>
  new Promise<SiteResponse>((resolve, reject) => {
    const send = site.startsWith('https:') ? requestHttps : requestHttp
    const request = send(`${site}/live`, options, (response) => {
      const until = (response.socket as TLSSocket).getPeerCertificate?.().valid_to
      const certificateUntil = until ? new Date(until) : undefined
      resolve({ status: response.statusCode, headers: response.headers, certificateUntil })
      response.destroy()
    })
    request.on('timeout', () =>
      request.destroy(new Error(`no answer within ${Number(options.timeout) / 1000} s`)),
    )
    request.on('error', reject)
    request.end()
  }).catch((error: NodeJS.ErrnoException) => {
    const code = error.code ?? ''
    return { fault: { code, what: errorText(error) || code } }
  })

const OK = 200
const REDIRECT_STATUSES = [301, 302, 303, 307, 308]

/** Whether BASE_URL leads to this service. */
export function checkSite(site: SiteProbe): CheckResult {
  const { baseUrl, fault, status = 0, headers, proxy, listensLocally } = site
  if (fault) return wrong(`${baseUrl}: ${fault.what}`, unreachableFix(site))
  const target = String(headers?.location)
  if (REDIRECT_STATUSES.includes(status) && URL.canParse(target)) {
    const { origin } = new URL(target)
    return wrong(`${baseUrl} redirects to ${origin}`, `BASE_URL=${origin}`)
  }
  if (status !== OK && !proxy)
    return wrong(
      `${baseUrl}/live returns ${status}`,
      listensLocally
        ? 'Configure the proxy to forward every path to HOST and PORT: docs/recipes/nginx.md'
        : START,
    )
  if (!proxy)
    return wrong(
      `${baseUrl} responds, but is not this service`,
      'Point BASE_URL and the proxy here, and start the service with the same APP_SECRET as this command.',
    )
  return ok(`${baseUrl} reaches this service`)
}

const START = 'Start the service: npm start, systemctl start daily-papers, or docker compose up -d'

function unreachableFix({ fault, listensLocally }: SiteProbe): string {
  if (['ENOTFOUND', 'EAI_AGAIN'].includes(fault?.code ?? ''))
    return `Publish an A or AAAA record for the host of BASE_URL: ${cliCommand('doctor --dns')}`
  return listensLocally
    ? 'The service itself is running: start the proxy and open its port in the firewall, see docs/recipes/nginx.md'
    : START
}

export function checkCertificate(
  { baseUrl, certificateFault, certificateUntil }: SiteProbe,
  production: boolean,
  now: Date,
): CheckResult {
  if (!baseUrl.startsWith('https:'))
    return production
      ? wrong('BASE_URL is http: links and addresses are not encrypted', 'BASE_URL=https://…')
      : skipped('BASE_URL is http, fine for trying it out')
  if (certificateFault)
    return wrong(certificateFault.what, CERTIFICATE_FIXES[certificateFault.code] ?? CERTIFICATE_FIX)
  if (!certificateUntil) return skipped('the site did not respond')
  const fix = 'certbot renew, or find out why it was not renewed: systemctl list-timers certbot'
  return checkCertificateExpiry(certificateUntil, now, fix)
}

const CERTIFICATE_FIX =
  'Configure the proxy to send the full chain (fullchain.pem). With your own authority, start with NODE_EXTRA_CA_CERTS=/path/ca.pem'
const CERTIFICATE_FIXES: Record<string, string> = {
  CERT_HAS_EXPIRED: 'certbot renew, then nginx -s reload',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Get a certificate for the host of BASE_URL, or set BASE_URL to the host of the certificate.',
}

/** Whether rate limits count visitors one by one: the service must trust its proxy and nothing beyond it. */
export function checkProxy({ baseUrl, proxy }: SiteProbe, trusted: readonly string[]): CheckResult {
  if (!proxy) return skipped('the site did not respond as this service')
  const isBehindProxy = baseUrl.startsWith('https:') // the service itself only speaks http
  if (proxy.seen === 'as-sent' && !isBehindProxy) return ok('no proxy')
  switch (proxy.seen === 'beyond' && !isTooWide(trusted) ? 'trusted' : proxy.seen) {
    case 'trusted':
      return ok('its X-Forwarded-For is trusted, and no other')
    case 'untrusted':
      return wrong(
        'TRUST_PROXY does not include the proxy: all visitors share one rate limit',
        `TRUST_PROXY=${TRUSTED_NAMES[proxy.hop]}`,
      )
    case 'believed':
      return warning(
        'any client can claim any address',
        `Add to the proxy: ${HEADER_LINE} Without a proxy, leave TRUST_PROXY empty.`,
      )
    case 'beyond':
      return wrong(
        'TRUST_PROXY trusts the whole internet: any client can claim any address',
        'TRUST_PROXY=only the address of the proxy',
      )
    default:
      return wrong('the proxy does not send X-Forwarded-For: all visitors share one rate limit', HEADER_LINE)
  }
}

const HEADER_LINE = 'proxy_set_header X-Forwarded-For $remote_addr;'
const TRUSTED_NAMES: Record<ProxyObservation['hop'], string> = {
  loopback: 'loopback',
  private: 'the address of the proxy, or uniquelocal',
  public: 'the address of the proxy',
}

/** Whether the trusted networks are so large that they include strangers. */
const isTooWide = (trusted: readonly string[]): boolean =>
  trusted.some((network) => {
    const [address = '', bits] = network.split('/')
    return bits !== undefined && Number(bits) < (address.includes(':') ? 32 : 8)
  })
