import { createPublicKey } from 'node:crypto'
import type { Config } from '../../config/config.ts'
import { emailDomain } from '../../limits/send-rate.ts'
import { type DkimKey, loadDkimKey } from '../../mail/smtp/dkim.ts'
import { type CheckResult, ok, warning, wrong } from '../../operator/health/feature-check.ts'
import { type Check, type CheckDefinition, combineResults, runChecks, skipped } from './check.ts'
import type { DnsResolver } from './dns-client.ts'

interface DnsContext {
  config: Config
  dns: DnsResolver
  key: DkimKey | undefined
}

/** One look-up each. Throws dkim.cannot-sign if the key is unreadable. */
export function runDnsChecks(config: Config, dns: DnsResolver, withinMs: number): Promise<Check[]> {
  const context = { config, dns, key: loadDkimKey(config) }
  return runChecks(DNS_CHECKS, context, { withinMs, fixIfThrown: 'Try another resolver: --resolver 9.9.9.9' })
}

const DNS_CHECKS: CheckDefinition<DnsContext>[] = [
  { name: 'SPF', check: checkSpf },
  { name: 'DKIM', check: checkDkimRecord },
  { name: 'DMARC', check: checkDmarc },
  {
    name: 'MX',
    check: (context) => Promise.all(mailDomains(context.config).map((domain) => checkMx(context, domain))),
  },
]

const PAGE = 'docs/sender-domain.md'

/** The domain of the return path: receivers look up its SPF record, and bounces go there. */
const envelopeDomain = ({ BOUNCE_DOMAIN, MAIL_FROM }: Config): string =>
  BOUNCE_DOMAIN ?? emailDomain(MAIL_FROM)

/** Domains that receive email: each is in one of our header fields or envelopes. */
const mailDomains = (config: Config): string[] => [
  ...new Set([
    emailDomain(config.MAIL_FROM),
    emailDomain(config.REPLY_TO ?? config.MAIL_FROM),
    envelopeDomain(config),
  ]),
]

/** Reads the record at the name only, not those that it includes. */
async function checkSpf({ config, dns }: DnsContext): Promise<CheckResult> {
  const domain = envelopeDomain(config)
  const records = (await dns.txt(domain)).filter((text) => /^v=spf1( |$)/i.test(text))
  const [record] = records
  if (!record) return wrong(`${domain} has no SPF record`, `Publish one at ${domain}: ${PAGE}`)
  if (records.length > 1)
    return wrong(
      `${domain} has ${records.length} SPF records: receivers ignore them all`,
      'Merge them into one: v=spf1, then the mechanisms of both, then -all.',
    )
  if (/ \+?all( |$)/i.test(record)) return wrong(`${record}: everyone may send`, 'End it with -all.')
  if (!/ ([-~]all|redirect=\S+)( |$)/i.test(record))
    return warning(`${record}: it says nothing about other senders`, 'End it with -all.')
  return ok(record)
}

async function checkDkimRecord({ dns, key }: DnsContext): Promise<CheckResult> {
  if (!key) return skipped('no DKIM_KEY_FILE: see what your mail service requires')
  const name = `${key.selector}._domainkey.${key.domain}`
  const publicKey = createPublicKey(key.privateKey).export({ type: 'spki', format: 'der' }).toString('base64')
  const publish = `Publish this TXT record at ${name}: v=DKIM1; k=rsa; p=${publicKey}`
  const [text, ...others] = await dns.txt(name)
  if (text === undefined) return wrong(`nothing at ${name}`, publish)
  if (others.length > 0)
    return wrong(`${others.length + 1} records at ${name}`, 'Keep one: a new key needs a new selector.')
  const tags = tagsOf(text)
  const published = tags.get('p')
  if (published === undefined) return wrong(`${name} holds no key`, publish)
  if (published === '')
    return wrong(
      `the key at ${name} was withdrawn (p= is empty)`,
      'Create a new key with a new DKIM_SELECTOR.',
    )
  if (published !== publicKey) return wrong(`the key at ${name} does not match DKIM_KEY_FILE`, publish)
  if (tags.get('t')?.split(':').includes('y'))
    return warning('t=y: receivers treat it as a test', `Remove t=y from the record at ${name}.`)
  return ok('the key of DKIM_KEY_FILE is published')
}

const POLICIES = ['none', 'quarantine', 'reject']
const REMOVED_TAGS = ['pct', 'rf', 'ri']

/** RFC 9989. Without a record of its own, a domain has that of its closest parent with one, which is not looked up. */
async function checkDmarc({ config, dns, key }: DnsContext): Promise<CheckResult> {
  const from = emailDomain(config.MAIL_FROM)
  const name = `_dmarc.${from}`
  const [text, ...others] = (await dns.txt(name)).filter((one) => /^v=DMARC1\s*(;|$)/i.test(one))
  if (text === undefined) return missingDmarc(from)
  if (others.length > 0)
    return wrong(`${others.length + 1} DMARC records at ${name}: receivers ignore them all`, 'Keep one.')
  const tags = tagsOf(text)
  const policy = tags.get('p')?.toLowerCase() ?? 'none'
  if (!POLICIES.includes(policy)) return wrong(`p=${policy} is not valid`, 'p=quarantine')
  const removed = REMOVED_TAGS.filter((tag) => tags.has(tag))
  const strictDkim = tags.get('adkim')?.toLowerCase() === 's' && key && key.domain.toLowerCase() !== from
  const strictSpf = tags.get('aspf')?.toLowerCase() === 's' && envelopeDomain(config) !== from
  return combineResults(`p=${policy} at ${name}`, [
    policy === 'none' &&
      warning(
        'p=none: anyone can still send in your name',
        'Once all senders of the domain sign: p=quarantine',
      ),
    tags.get('t')?.toLowerCase() === 'y' &&
      warning('t=y: receivers apply a weaker policy, as a test', `Remove t=y from the record at ${name}.`),
    removed.length > 0 &&
      warning(`${removed.join(', ')}: no longer used (RFC 9989)`, 'Remove it from the record.'),
    strictDkim && warning(`adkim=s: the signature of ${key.domain} does not count`, `DKIM_DOMAIN=${from}`),
    strictSpf &&
      warning(
        `aspf=s: the SPF record of ${envelopeDomain(config)} does not count`,
        'Remove aspf=s; DKIM is enough otherwise.',
      ),
  ])
}

function missingDmarc(from: string): CheckResult {
  const publish = `Publish one at _dmarc.${from}: v=DMARC1; p=quarantine (${PAGE})`
  const found = `no DMARC record at _dmarc.${from}`
  if (from.split('.').length <= 2) return wrong(found, publish)
  return warning(`${found}: the policy of a parent domain applies, if one has a record`, publish)
}

/** An address record would do, but many servers refuse senders whose domain has no MX record. */
async function checkMx({ config, dns }: DnsContext, domain: string): Promise<CheckResult> {
  const servers = await dns.mx(domain)
  const fix = `Publish an MX record at ${domain} that names the server receiving its email.`
  if (servers.includes('')) return wrong(`${domain} accepts no email at all (null MX)`, fix)
  if (servers.length > 0) return ok(`${domain}: ${servers.join(', ')}`)
  const lost =
    domain === config.BOUNCE_DOMAIN
      ? 'bounces are lost, and unsubscribing by email fails'
      : 'replies and reports are lost'
  return wrong(`${domain} has no MX record: ${lost}, unless its address accepts email`, fix)
}

/** Parses "v=DKIM1; k=rsa" into tags. Whitespace within values is removed. */
function tagsOf(text: string): Map<string, string> {
  const parts = text.split(';').map((part) => part.replace(/\s+/g, '').split('='))
  return new Map(
    parts.flatMap(([tag = '', ...value]) => (value.length > 0 ? [[tag.toLowerCase(), value.join('=')]] : [])),
  )
}
