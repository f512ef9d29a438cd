import { type CheckResult, combineResults, ok, skipped, warning, wrong } from '../doctor/check.ts'
import { quantity } from '../operations/text-table.ts'
import { isSameOrSubdomain } from './records.ts'
import { MAX_LOOKUPS, type SpfEvaluation } from './spf.ts'

const PASS = '+'

export function checkSpf(domain: string, seen: SpfEvaluation): CheckResult {
  const { records, lookups, faults, results, allMechanism } = seen
  const [record] = records
  const publish = `Publish the SPF record above at ${domain}.`
  if (!record) return wrong(`${domain} has no SPF record`, publish)
  if (records.length > 1)
    return wrong(
      `${domain} has ${records.length} SPF records: receivers ignore them all`,
      'Merge them into one: v=spf1, then the mechanisms of both, then -all.',
    )
  const disallowed = [...results].filter(([, result]) => result !== PASS).map(([ip]) => ip)
  return combineResults(`${record} (${quantity(lookups, 'lookup')} of ${MAX_LOOKUPS})`, [
    ...faults.map((fault) => wrong(fault, 'Fix it: receivers ignore a record that they cannot parse.')),
    lookups > MAX_LOOKUPS &&
      wrong(
        'too many lookups: receivers ignore the record',
        'Remove an include: mechanism that you do not need, or replace it with its networks as ip4: and ip6:.',
      ),
    disallowed.length > 0 && wrong(`the record does not allow ${disallowed.join(', ')} to send`, publish),
    (allMechanism === '+all' || allMechanism === 'all') && wrong('everyone may send', 'End it with -all.'),
    (allMechanism === undefined || allMechanism === '?all') && !/redirect=/i.test(record)
      ? warning('it says nothing about other senders', 'End it with -all.')
      : undefined,
  ])
}

export interface PublishedDkim {
  name: string
  texts: string[]
  /** Our public key, base64. */
  expected: string
}

export function checkDkimRecord({ name, texts, expected }: PublishedDkim): CheckResult {
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
  if (published !== expected) return wrong(`the key at ${name} does not match DKIM_KEY_FILE`, publish)
  return combineResults('the key of DKIM_KEY_FILE is published', [
    tags.get('t')?.split(':').includes('y') &&
      warning('t=y: receivers treat it as a test', `Remove t=y from the record at ${name}.`),
  ])
}

export interface PublishedDmarc {
  /** Domain of MAIL_FROM. */
  from: string
  /** The domain of the effective record: that of From, or a parent. */
  domain?: string
  texts: string[]
}

const POLICIES = ['none', 'quarantine', 'reject']

export function checkDmarc({ from, domain, texts }: PublishedDmarc): CheckResult {
  const [text] = texts
  if (!domain || text === undefined)
    return wrong(
      `no DMARC record at _dmarc.${from}, nor above it`,
      `Publish the DMARC record above at _dmarc.${from}.`,
    )
  if (texts.length > 1)
    return wrong(`${texts.length} DMARC records at _dmarc.${domain}: receivers ignore them all`, 'Keep one.')
  const tags = tagsOf(text)
  const policy = (domain === from ? undefined : tags.get('sp')) ?? tags.get('p') ?? ''
  if (!POLICIES.includes(policy)) return wrong(`p=${policy} is not valid`, 'p=quarantine')
  return combineResults(`p=${policy} at _dmarc.${domain}`, [
    policy === 'none' &&
      warning(
        'p=none: anyone can still send in your name',
        'Once the reports show only your emails: p=quarantine.',
      ),
    tags.has('pct') ? warning('pct is no longer used (RFC 9989)', 'Remove pct= from the record.') : undefined,
  ])
}

export interface AlignmentDomains {
  from: string
  envelope: string
  dkim?: string
  /** The effective DMARC record. */
  dmarc?: { domain: string; text: string }
}

/** DMARC passes if the domain of SPF or DKIM is aligned with that of From; both are better. */
export function checkAlignment({ from, envelope, dkim, dmarc }: AlignmentDomains): CheckResult {
  if (!dmarc) return skipped('no DMARC record to check alignment against')
  const tags = tagsOf(dmarc.text)
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

export interface PublishedMx {
  mx: string[]
  addresses: string[]
  /** The domain is BOUNCE_DOMAIN. */
  isBounces?: boolean
}

export function checkMx(domain: string, { mx, addresses, isBounces = false }: PublishedMx): CheckResult {
  const fix = `Publish an MX record at ${domain} that names the server receiving its email.`
  if (mx.includes('')) return wrong(`${domain} accepts no email at all (null MX)`, fix)
  if (mx.length > 0) return ok(`${domain}: ${mx.join(', ')}`)
  if (addresses.length > 0) return warning(`${domain} has no MX record; email goes to its address`, fix)
  const lost = isBounces
    ? 'bounces are lost, and unsubscribing by email fails'
    : 'replies and reports are lost'
  return wrong(`${domain} cannot receive email: ${lost}`, fix)
}

export const checkHostAddresses = (host: string, addresses: string[]): CheckResult =>
  addresses.length > 0
    ? ok(`${host}: ${addresses.join(', ')}`)
    : wrong(`${host} has no address`, `Publish an A or AAAA record at ${host}.`)

/** `forwardAddresses`: the addresses of each name in the PTR record. */
export function checkPtr(ip: string, forwardAddresses: Map<string, string[]>): CheckResult {
  const fix = `Set the reverse record of ${ip} at your hosting provider, to a name with an A record of ${ip}.`
  const names = [...forwardAddresses.keys()]
  if (names.length === 0) return wrong(`${ip} has no PTR record`, fix)
  const good = names.find((name) => forwardAddresses.get(name)?.includes(ip))
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
