import { cliCommand } from '../../core/cli-command.ts'
import { type CheckResult, checkCertificateExpiry, ok, skipped, warning, wrong } from './check.ts'
import type { SiteProbe } from './probe-site.ts'
import type { ForwardedState, HopNetwork } from './proxy-probe.ts'

const OK = 200
const REDIRECT_STATUSES = [301, 302, 303, 307, 308]

/** Whether BASE_URL leads to this service. */
export function checkSite(site: SiteProbe): CheckResult {
  const { baseUrl, fault, status = 0, redirect, proxy, listensLocally } = site
  if (fault) return wrong(`${baseUrl}: ${fault.what}`, unreachableFix(site))
  if (redirect && REDIRECT_STATUSES.includes(status))
    return wrong(`${baseUrl} redirects to ${redirect}`, `BASE_URL=${redirect}`)
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
  site: SiteProbe,
  { now, production }: { now: Date; production: boolean },
): CheckResult {
  const { baseUrl, certificateFault, certificateUntil } = site
  if (!baseUrl.startsWith('https:'))
    return production
      ? wrong('BASE_URL is http: links and addresses are not encrypted', 'BASE_URL=https://…')
      : skipped('BASE_URL is http, fine for trying it out')
  if (certificateFault)
    return wrong(certificateFault.what, CERTIFICATE_FIXES[certificateFault.code] ?? CERTIFICATE_FIX)
  if (!certificateUntil) return skipped('the site did not respond')
  return checkCertificateExpiry(
    certificateUntil,
    now,
    'certbot renew, or find out why it was not renewed: systemctl list-timers certbot',
  )
}

const CERTIFICATE_FIX =
  'Configure the proxy to send the full chain (fullchain.pem). With your own authority, start with NODE_EXTRA_CA_CERTS=/path/ca.pem'
const CERTIFICATE_FIXES: Record<string, string> = {
  CERT_HAS_EXPIRED: 'certbot renew, then nginx -s reload',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Get a certificate for the host of BASE_URL, or set BASE_URL to the host of the certificate.',
}

/** Whether rate limits count visitors one by one: the service must trust its proxy and nothing beyond it. */
export function checkProxy(
  { baseUrl, proxy }: SiteProbe,
  { trusted }: { trusted: readonly string[] },
): CheckResult {
  if (!proxy) return skipped('the site did not respond as this service')
  const isBehindProxy = baseUrl.startsWith('https:') // the service itself only speaks http
  if (proxy.seen === 'as-sent' && !isBehindProxy) return ok('no proxy')
  if (proxy.seen === 'trusted' || (proxy.seen === 'beyond' && !isTooWide(trusted)))
    return ok('its X-Forwarded-For is trusted, and no other')
  return PROXY_RESULTS[proxy.seen](proxy.hop)
}

const HEADER_LINE = 'proxy_set_header X-Forwarded-For $remote_addr;'
const NAMES: Record<HopNetwork, string> = {
  loopback: 'loopback',
  private: 'the address of the proxy, or uniquelocal',
  public: 'the address of the proxy',
}

const PROXY_RESULTS: Record<Exclude<ForwardedState, 'trusted'>, (hop: HopNetwork) => CheckResult> = {
  'as-sent': () =>
    wrong('the proxy does not send X-Forwarded-For: all visitors share one rate limit', HEADER_LINE),
  gone: () =>
    wrong('the proxy does not send X-Forwarded-For: all visitors share one rate limit', HEADER_LINE),
  untrusted: (hop) =>
    wrong(
      'TRUST_PROXY does not include the proxy: all visitors share one rate limit',
      `TRUST_PROXY=${NAMES[hop]}`,
    ),
  believed: () =>
    warning(
      'any client can claim any address',
      `Add to the proxy: ${HEADER_LINE} Without a proxy, leave TRUST_PROXY empty.`,
    ),
  beyond: () =>
    wrong(
      'TRUST_PROXY trusts the whole internet: any client can claim any address',
      'TRUST_PROXY=only the address of the proxy',
    ),
}

/** Whether the trusted networks are so large that they include strangers. */
const isTooWide = (trusted: readonly string[]): boolean =>
  trusted.some((network) => {
    const [address = '', bits] = network.split('/')
    return bits !== undefined && Number(bits) < (address.includes(':') ? 32 : 8)
  })
