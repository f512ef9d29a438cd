import type { Config } from '../../config/config.ts'
import { emailDomain } from '../../mail/rate-limits/send-rate.ts'
import { type DkimKey, loadDkimKey } from '../../mail/smtp/dkim.ts'
import {
  type Check,
  type CheckDefinition,
  type CheckResult,
  combineResults,
  ok,
  runChecks,
  skipped,
  warning,
  wrong,
} from '../doctor/check.ts'
import { quantity } from '../operations/text-table.ts'
import type { DnsResolver } from './dns-client.ts'
import {
  type DnsRecord,
  domainAndParents,
  envelopeDomain,
  isSameOrSubdomain,
  mailDomains,
  publicKeyOf,
  recordsToSet,
  siteHost,
} from './records.ts'
import { evaluateSpf, MAX_LOOKUPS } from './spf.ts'

/** The records to publish, and checks of the published ones. Throws dkim.cannot-sign if a key is unreadable. */
export async function runDnsChecks(
  config: Config,
  dns: DnsResolver,
  { ips, withinMs }: { ips: string[]; withinMs: number },
): Promise<{ records: DnsRecord[]; checks: Check[] }> {
  const key = loadDkimKey(config)
  const fixIfThrown = 'Try another resolver: --resolver 9.9.9.9'
  const checks = await runChecks(dnsChecks(config, dns, { key, ips }), { withinMs, fixIfThrown })
  return { records: recordsToSet(config, { key, ips }), checks }
}

/** `ips`: the addresses that send email. */
function dnsChecks(
  config: Config,
  dns: DnsResolver,
  { key, ips }: { key?: DkimKey; ips: string[] },
): CheckDefinition[] {
  const from = emailDomain(config.MAIL_FROM)
  const envelope = envelopeDomain(config)
  const dmarc = findDmarc(dns, from)
  dmarc.catch(() => {}) // two checks await it
  return [
    { name: 'SPF', run: () => checkSpf(dns, envelope, ips) },
    { name: 'DKIM', run: () => checkDkimRecord(dns, key) },
    { name: 'DMARC', run: async () => checkDmarc(from, await dmarc) },
    {
      name: 'alignment',
      run: async () => checkAlignment(await dmarc, { from, envelope, dkim: key?.domain.toLowerCase() }),
    },
    ...mailDomains(config).map((domain) => ({
      name: 'MX',
      run: () => checkMx(dns, domain, { isBounces: domain === config.BOUNCE_DOMAIN }),
    })),
    { name: 'site', run: () => checkAddress(dns, siteHost(config)) },
    ...ips.map((ip) => ({ name: 'PTR', run: () => checkPtr(dns, ip) })),
    ...(ips.length === 0
      ? [{ name: 'PTR', run: () => skipped('use --ip to say which address emails are sent from') }]
      : []),
  ]
}

async function checkSpf(dns: DnsResolver, domain: string, ips: string[]): Promise<CheckResult> {
  const { records, lookups, faults, disallowed, allMechanism } = await evaluateSpf(dns, domain, ips)
  const [record] = records
  const publish = `Publish the SPF record above at ${domain}.`
  if (!record) return wrong(`${domain} has no SPF record`, publish)
  if (records.length > 1)
    return wrong(
      `${domain} has ${records.length} SPF records: receivers ignore them all`,
      'Merge them into one: v=spf1, then the mechanisms of both, then -all.',
    )
  return combineResults(`${record} (${quantity(lookups, 'lookup')} of ${MAX_LOOKUPS})`, [
    ...faults.map((fault) => wrong(fault, 'Fix it: receivers ignore a record that they cannot parse.')),
    lookups > MAX_LOOKUPS &&
      wrong(
        'too many lookups: receivers ignore the record',
        'Remove an include: mechanism that you do not need, or replace it with its networks as ip4: and ip6:.',
      ),
    disallowed.length > 0 && wrong(`the record does not allow ${disallowed.join(', ')} to send`, publish),
    (allMechanism === '+all' || allMechanism === 'all') && wrong('everyone may send', 'End it with -all.'),
    (allMechanism === undefined || allMechanism === '?all') &&
      !/redirect=/i.test(record) &&
      warning('it says nothing about other senders', 'End it with -all.'),
  ])
}

async function checkDkimRecord(dns: DnsResolver, key: DkimKey | undefined): Promise<CheckResult> {
  if (!key) return skipped('no DKIM_KEY_FILE: see what your mail service requires')
  const name = `${key.selector}._domainkey.${key.domain}`
  const texts = await dns.txt(name)
  const publish = `Publish the DKIM record above at ${name}.`
  const [text] = texts
  if (text === undefined) return wrong(`nothing at ${name}`, publish)
  if (texts.length > 1)
    return wrong(`${texts.length} records at ${name}`, 'Keep one: a new key needs a new selector.')
  const tags = tagsOf(text)
  const published = tags.get('p')
  if (published === undefined) return wrong(`${name} holds no key`, publish)
  if (published === '')
    return wrong(
      `the key at ${name} was withdrawn (p= is empty)`,
      'Create a new key with a new DKIM_SELECTOR.',
    )
  if (published !== publicKeyOf(key)) return wrong(`the key at ${name} does not match DKIM_KEY_FILE`, publish)
  return combineResults('the key of DKIM_KEY_FILE is published', [
    tags.get('t')?.split(':').includes('y') &&
      warning('t=y: receivers treat it as a test', `Remove t=y from the record at ${name}.`),
  ])
}

type DmarcRecord = Awaited<ReturnType<typeof findDmarc>>

/** The effective record, and its domain: that of From, or its first parent that has one. */
async function findDmarc(dns: DnsResolver, from: string) {
  for (const domain of domainAndParents(from)) {
    const texts = (await dns.txt(`_dmarc.${domain}`)).filter((text) => /^v=DMARC1\s*(;|$)/i.test(text))
    if (texts.length > 0) return { domain, texts }
  }
  return undefined
}

const POLICIES = ['none', 'quarantine', 'reject']

function checkDmarc(from: string, record: DmarcRecord): CheckResult {
  if (!record)
    return wrong(
      `no DMARC record at _dmarc.${from}, nor above it`,
      `Publish the DMARC record above at _dmarc.${from}.`,
    )
  const { domain, texts } = record
  if (texts.length > 1)
    return wrong(`${texts.length} DMARC records at _dmarc.${domain}: receivers ignore them all`, 'Keep one.')
  const tags = tagsOf(texts[0]!)
  const policy = (domain === from ? undefined : tags.get('sp')) ?? tags.get('p') ?? ''
  if (!POLICIES.includes(policy)) return wrong(`p=${policy} is not valid`, 'p=quarantine')
  return combineResults(`p=${policy} at _dmarc.${domain}`, [
    policy === 'none' &&
      warning(
        'p=none: anyone can still send in your name',
        'Once the reports show only your emails: p=quarantine.',
      ),
    tags.has('pct') && warning('pct is no longer used (RFC 9989)', 'Remove pct= from the record.'),
  ])
}

/** DMARC passes if the domain of SPF or DKIM is aligned with that of From; both are better. */
function checkAlignment(
  dmarc: DmarcRecord,
  { from, envelope, dkim }: { from: string; envelope: string; dkim?: string },
): CheckResult {
  if (!dmarc) return skipped('no DMARC record to check alignment against')
  const tags = tagsOf(dmarc.texts[0]!)
  const aligned = (domain: string | undefined, mode: string): boolean =>
    domain !== undefined &&
    (tags.get(mode) === 's'
      ? domain === from
      : isSameOrSubdomain(domain, dmarc.domain) && isSameOrSubdomain(from, dmarc.domain))
  const byDkim = aligned(dkim, 'adkim')
  const bySpf = aligned(envelope, 'aspf')
  if (byDkim && bySpf) return ok(`SPF (${envelope}) and DKIM (${dkim}) are aligned with ${from}`)
  if (byDkim)
    return warning(
      `only DKIM is aligned with ${from}; SPF is for ${envelope}`,
      'Set BOUNCE_DOMAIN to a subdomain of the domain of MAIL_FROM.',
    )
  if (bySpf)
    return warning(
      `only SPF is aligned with ${from}: forwarded emails fail`,
      'DKIM_DOMAIN=the domain of MAIL_FROM',
    )
  return wrong(`neither SPF nor DKIM is aligned with ${from}`, 'DKIM_DOMAIN=the domain of MAIL_FROM')
}

/** `isBounces`: the domain is BOUNCE_DOMAIN. */
export async function checkMx(
  dns: Pick<DnsResolver, 'mx' | 'addresses'>,
  domain: string,
  { isBounces }: { isBounces: boolean },
): Promise<CheckResult> {
  const [mx, addresses] = await Promise.all([dns.mx(domain), dns.addresses(domain)])
  const fix = `Publish an MX record at ${domain} that names the server receiving its email.`
  if (mx.includes('')) return wrong(`${domain} accepts no email at all (null MX)`, fix)
  if (mx.length > 0) return ok(`${domain}: ${mx.join(', ')}`)
  if (addresses.length > 0) return warning(`${domain} has no MX record; email goes to its address`, fix)
  const lost = isBounces
    ? 'bounces are lost, and unsubscribing by email fails'
    : 'replies and reports are lost'
  return wrong(`${domain} cannot receive email: ${lost}`, fix)
}

async function checkAddress(dns: DnsResolver, host: string): Promise<CheckResult> {
  const addresses = await dns.addresses(host)
  return addresses.length > 0
    ? ok(`${host}: ${addresses.join(', ')}`)
    : wrong(`${host} has no address`, `Publish an A or AAAA record at ${host}.`)
}

async function checkPtr(dns: DnsResolver, ip: string): Promise<CheckResult> {
  const fix = `Set the reverse record of ${ip} at your hosting provider, to a name with an A record of ${ip}.`
  const names = await dns.ptr(ip)
  if (names.length === 0) return wrong(`${ip} has no PTR record`, fix)
  const forward = await Promise.all(names.map((name) => dns.addresses(name)))
  const good = names.find((_, n) => forward[n]!.includes(ip))
  return good
    ? ok(`${ip} is ${good}, which resolves back`)
    : wrong(`${ip} is ${names.join(', ')}, which does not resolve back`, fix)
}

/** Parses "v=DKIM1; k=rsa" into tags. Whitespace within values is removed. */
const tagsOf = (text: string): Map<string, string> =>
  new Map(
    text
      .split(';')
      .map((part) => part.replace(/\s+/g, ''))
      .filter((part) => part.includes('='))
      .map((part) => [part.slice(0, part.indexOf('=')).toLowerCase(), part.slice(part.indexOf('=') + 1)]),
  )
