import { BlockList, isIP } from 'node:net'
import type { DnsResolver } from './dns-client.ts'

/** Receivers reject a record that requires more lookups (RFC 7208, 4.6.4). */
export const MAX_LOOKUPS = 10
const MAX_DEPTH = 12

/** Reads the SPF record of a domain and all records that it includes. */
export async function evaluateSpf(dns: DnsResolver, domain: string, ips: string[]) {
  const context: SpfContext = { dns, lookups: 0, faults: [] }
  const records = await recordsOf(dns, domain)
  const record = records.length === 1 ? records[0]! : ''
  const terms = await termsOf(context, record, domain, 0)
  return {
    /** SPF records at the name itself. */
    records,
    /** Lookups needed to read the whole record. */
    lookups: context.lookups,
    /** Parts of the record, or of an included record, that are invalid. */
    faults: context.faults,
    disallowed: ips.filter((ip) => resultFor(terms, ip) !== PASS),
    /** The mechanism at the end of the record: "-all". */
    allMechanism: record.split(/\s+/).find((term) => /^[-+~?]?all$/i.test(term)),
  }
}

interface SpfContext {
  dns: DnsResolver
  lookups: number
  faults: string[]
}

/** A mechanism. An include matches only addresses that the included record passes, so its "-all" matches none. */
interface Term {
  qualifier: string
  matches(ip: string): boolean
}

const recordsOf = async (dns: DnsResolver, domain: string): Promise<string[]> =>
  (await dns.txt(domain)).filter((text) => /^v=spf1( |$)/i.test(text))

const PASS = '+'
const resultFor = (terms: Term[], ip: string): string | undefined =>
  terms.find(({ matches }) => matches(ip))?.qualifier

async function termsOf(context: SpfContext, record: string, domain: string, depth: number): Promise<Term[]> {
  const terms: Term[] = []
  for (const text of record.trim().split(/\s+/).slice(1)) {
    const [, qualifier = PASS, mechanism = ''] = /^([-+~?]?)(.*)$/.exec(text) ?? []
    const matches = await matcherOf(context, mechanism, domain, depth)
    if (matches) terms.push({ qualifier: qualifier || PASS, matches })
  }
  return terms
}

const ADDRESS = /^(ip[46]):([^/]+)(?:\/(\d{1,3}))?$/i
const HOST = /^(a|mx)(?::([^/]+))?(?:\/(\d{1,2}))?(?:\/\/\d{1,3})?$/i
const INCLUDE_OR_REDIRECT = /^(include:|redirect=)(.+)$/i
const LOOKUP_ONLY = /^(ptr|exists)(:|$)/i

async function matcherOf(
  context: SpfContext,
  mechanism: string,
  domain: string,
  depth: number,
): Promise<Term['matches'] | undefined> {
  if (/^all$/i.test(mechanism)) return () => true
  const [, family, ip = '', bits] = ADDRESS.exec(mechanism) ?? []
  if (family) return isIP(ip) ? subnetMatcher(ip, bits) : addFault(context, mechanism)
  const [, kind, host = domain, hostBits] = HOST.exec(mechanism) ?? []
  if (kind) return hostMatcher(context, kind.toLowerCase(), host, hostBits)
  const [, , target] = INCLUDE_OR_REDIRECT.exec(mechanism) ?? []
  if (target) return includeMatcher(context, target, depth)
  if (LOOKUP_ONLY.test(mechanism)) {
    context.lookups++
    return () => false // depends on the email itself
  }
  if (/^[a-z][\w.-]*=/i.test(mechanism)) return undefined // a modifier that may be ignored
  return addFault(context, mechanism)
}

function addFault(context: SpfContext, what: string): undefined {
  context.faults.push(`"${what}" is not a mechanism`)
}

function subnetMatcher(ip: string, bits: string | undefined): Term['matches'] {
  const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  list.addSubnet(ip, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family)
  return (asked) => list.check(asked, isIP(asked) === 6 ? 'ipv6' : 'ipv4')
}

async function hostMatcher(
  context: SpfContext,
  kind: string,
  host: string,
  bits?: string,
): Promise<Term['matches']> {
  context.lookups++
  const hosts = kind === 'mx' ? await context.dns.mx(host) : [host]
  const addresses = (await Promise.all(hosts.map((name) => context.dns.addresses(name)))).flat()
  const matchers = addresses.map((ip) => subnetMatcher(ip, isIP(ip) === 4 ? bits : undefined))
  return (ip) => matchers.some((matches) => matches(ip))
}

async function includeMatcher(context: SpfContext, target: string, depth: number): Promise<Term['matches']> {
  context.lookups++
  const [record, ...more] =
    depth < MAX_DEPTH && context.lookups <= 2 * MAX_LOOKUPS ? await recordsOf(context.dns, target) : []
  if (!record || more.length > 0) {
    context.faults.push(`${target} has ${record ? 'several SPF records' : 'no SPF record'}`)
    return () => false
  }
  const terms = await termsOf(context, record, target, depth + 1)
  return (ip) => resultFor(terms, ip) === PASS
}
