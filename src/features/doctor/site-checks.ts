import { request as requestHttp } from 'node:http'
import { type RequestOptions, request as requestHttps } from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { Config } from '../../config/config.ts'
import { START_COMMANDS } from '../../core/cli-command.ts'
import { errorText } from '../../core/errors.ts'
import { type CheckResult, ok, wrong } from '../../operator/health/feature-check.ts'
import { checkCertificateExpiry, skipped } from './check.ts'

interface SiteResponse {
  /** Node's error code, such as ECONNREFUSED or CERT_HAS_EXPIRED, if there is no response. */
  fault?: { code: string; what: string }
  status?: number
  location?: string
  /** The beginning of the body. */
  body?: string
  /** When the certificate expires; undefined without TLS. */
  certificateUntil?: Date
}

export interface SiteProbe extends SiteResponse {
  baseUrl: string
  /** The error of the certificate. The request was then repeated without verifying it. */
  certificateFault?: SiteResponse['fault']
  /** A server responds at HOST and PORT. */
  listensLocally: boolean
}

// OpenSSL's codes for errors of a certificate chain have no common prefix.
const CERTIFICATE_FAULT = /^ERR_TLS_CERT|CERT|^UNABLE_TO_/

/** Requests /live from the site like any visitor. */
export async function probeSite({ BASE_URL, HOST, PORT }: Config, timeoutMs: number): Promise<SiteProbe> {
  const options = { agent: false, timeout: timeoutMs }
  const local = HOST.replace(/^(0\.0\.0\.0|::)$/, '127.0.0.1').replace(/^.*:.*$/, '[$&]')
  const [first, home] = await Promise.all([
    requestLive(BASE_URL, options),
    requestLive(`http://${local}:${PORT}`, options),
  ])
  const certificateFault = CERTIFICATE_FAULT.test(first.fault?.code ?? '') ? first.fault : undefined
  const response = certificateFault
    ? await requestLive(BASE_URL, { ...options, rejectUnauthorized: false })
    : first
  return { ...response, baseUrl: BASE_URL, certificateFault, listensLocally: !home.fault }
}

/** Returns the certificate's expiry too, which fetch does not expose. Follows no redirect. Never rejects. */
const requestLive = (site: string, options: RequestOptions): Promise<SiteResponse> =>
  new Promise<SiteResponse>((resolve, reject) => {
    const send = site.startsWith('https:') ? requestHttps : requestHttp
    const request = send(`${site}/live`, options, (response) => {
      const { statusCode: status, headers, socket } = response
      const until = (socket as TLSSocket).getPeerCertificate?.().valid_to
      const certificateUntil = until ? new Date(until) : undefined
      response.once('readable', () => {
        const body = response.read()?.toString()
        resolve({ status, location: headers.location, body, certificateUntil })
        response.destroy()
      })
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
/** How /live of any Daily Papers responds. */
const LIVE = '{"status":"live"}'

/** Whether BASE_URL leads to this service. */
export function checkSite(site: SiteProbe): CheckResult {
  const { baseUrl, fault, status = 0, location = '', body, listensLocally } = site
  if (fault) return wrong(`${baseUrl}: ${fault.what}`, unreachableFix(site))
  if (REDIRECT_STATUSES.includes(status) && URL.canParse(location)) {
    const { origin } = new URL(location)
    return wrong(`${baseUrl} redirects to ${origin}`, `BASE_URL=${origin}`)
  }
  if (status !== OK)
    return wrong(
      `${baseUrl}/live returns ${status}`,
      listensLocally
        ? 'Configure the proxy to forward every path to HOST and PORT: docs/recipes/nginx.md'
        : START,
    )
  if (body !== LIVE)
    return wrong(
      `${baseUrl} responds, but is not this service`,
      'Point BASE_URL and the proxy to HOST and PORT.',
    )
  return ok(`${baseUrl} reaches the service`)
}

const START = `Start the service: ${START_COMMANDS}`

function unreachableFix({ fault, listensLocally }: SiteProbe): string {
  if (['ENOTFOUND', 'EAI_AGAIN'].includes(fault?.code ?? ''))
    return 'Publish an A or AAAA record for the host of BASE_URL.'
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
