import type { Config } from '../../config/config.ts'
import { errorText } from '../../core/errors.ts'
import { type DkimKey, loadDkimKey } from '../../mail/smtp/dkim.ts'
import {
  type Check,
  type CheckDefinition,
  type CheckResult,
  runChecks,
  skipped,
  wrong,
} from '../doctor/check.ts'
import {
  checkAlignment,
  checkDkimRecord,
  checkDmarc,
  checkHostAddresses,
  checkMx,
  checkPtr,
  checkSpf,
} from './dns-checks.ts'
import type { DnsResolver } from './dns-client.ts'
import {
  type DnsRecord,
  domainAndParents,
  domainOf,
  envelopeDomain,
  mailDomains,
  publicKeyOf,
  recordsToSet,
  siteHost,
} from './records.ts'
import { evaluateSpf } from './spf.ts'

export interface DnsReport {
  records: DnsRecord[]
  checks: Check[]
}

interface Input {
  /** The addresses that send email. */
  ips: string[]
  withinMs: number
}

/** The records to publish, and checks of the published ones. Throws dkim.cannot-sign if a key is unreadable. */
export async function runDnsChecks(
  config: Config,
  dns: DnsResolver,
  { ips, withinMs }: Input,
): Promise<DnsReport> {
  const key = loadDkimKey(config)
  const none = Promise.resolve(undefined)
  const checks = await runChecks({
    definitions: dnsCheckDefinitions(config, dns, { key, ips }).map(withResolverFix),
    invalidSettings: new Set(),
    unavailable: { database: none, tables: none },
    withinMs,
  })
  return { records: recordsToSet(config, { key, ips }), checks }
}

const withResolverFix = ({ run, ...definition }: CheckDefinition): CheckDefinition => ({
  ...definition,
  run: async () => {
    try {
      return await run()
    } catch (error) {
      return wrong(errorText(error), 'Try another resolver: --resolver 9.9.9.9')
    }
  },
})

function dnsCheckDefinitions(
  config: Config,
  dns: DnsResolver,
  { key, ips }: { key?: DkimKey; ips: string[] },
): CheckDefinition[] {
  const from = domainOf(config.MAIL_FROM)
  const envelope = envelopeDomain(config)
  const dmarc = findDmarc(dns, from)
  dmarc.catch(() => {}) // two checks await it
  return [
    { name: 'SPF', run: async () => checkSpf(envelope, await evaluateSpf(dns, envelope, ips)) },
    { name: 'DKIM', run: () => lookUpDkim(dns, key) },
    { name: 'DMARC', run: async () => checkDmarc({ from, ...(await dmarc) }) },
    {
      name: 'alignment',
      run: async () => {
        const { domain, texts } = await dmarc
        const text = texts[0]
        const found = domain !== undefined && text !== undefined ? { domain, text } : undefined
        return checkAlignment({ from, envelope, dkim: key?.domain.toLowerCase(), dmarc: found })
      },
    },
    ...mailDomains(config).map((domain) => ({
      name: 'MX',
      run: () => lookUpMx(dns, domain, domain === config.BOUNCE_DOMAIN),
    })),
    {
      name: 'site',
      run: async () => checkHostAddresses(siteHost(config), await dns.addresses(siteHost(config))),
    },
    ...(ips.length > 0
      ? ips.map((ip) => ({ name: 'PTR', run: () => lookUpPtr(dns, ip) }))
      : [{ name: 'PTR', run: () => skipped('use --ip to say which address emails are sent from') }]),
  ]
}

async function lookUpMx(dns: DnsResolver, domain: string, isBounces: boolean): Promise<CheckResult> {
  const [mx, addresses] = await Promise.all([dns.mx(domain), dns.addresses(domain)])
  return checkMx(domain, { mx, addresses, isBounces })
}

async function lookUpDkim(dns: DnsResolver, key: DkimKey | undefined): Promise<CheckResult> {
  if (!key) return skipped('no DKIM_KEY_FILE: see what your mail service requires')
  const name = `${key.selector}._domainkey.${key.domain}`
  return checkDkimRecord({ name, texts: await dns.txt(name), expected: publicKeyOf(key) })
}

/** The effective DMARC record: that of the domain itself, or of its first parent that has one. */
async function findDmarc(dns: DnsResolver, from: string): Promise<{ domain?: string; texts: string[] }> {
  for (const domain of domainAndParents(from)) {
    const texts = (await dns.txt(`_dmarc.${domain}`)).filter((text) => /^v=DMARC1\s*(;|$)/i.test(text))
    if (texts.length > 0) return { domain, texts }
  }
  return { texts: [] }
}

async function lookUpPtr(dns: DnsResolver, ip: string): Promise<CheckResult> {
  const names = await dns.ptr(ip)
  const back = await Promise.all(names.map(async (name) => [name, await dns.addresses(name)] as const))
  return checkPtr(ip, new Map(back))
}
