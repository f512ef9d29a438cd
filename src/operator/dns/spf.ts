import { BlockList, isIP } from 'node:net'
import type { Dns } from './dns-client.ts'

/** A receiver gives up on a record that makes it look up more (RFC 7208, 4.6.4). */
export const MAX_LOOKUPS = 10
const DEEPEST = 12

export interface SpfSeen {
  /** SPF records at the name itself. */
  records: string[]
  /** Look-ups that it takes to read all of it. */
  lookups: number
  /** What cannot be read in it, or in what it includes. */
  faults: string[]
  /** What it says of each address that was asked about; undefined where it says nothing. */
  results: Map<string, string | undefined>
  /** The mechanism at its end: "-all". */
  end: string | undefined
}

/** Reads the SPF record of a domain, and all that it includes. */
export async function readSpf(dns: Dns, domain: string, ips: string[]): Promise<SpfSeen> {
  const reading: Reading = { dns, lookups: 0, faults: [] }
  const records = await recordsOf(dns, domain)
  const [record] = records
  const results = new Map<string, string | undefined>()
  if (!record || records.length > 1) return { records, lookups: 0, faults: [], results, end: undefined }
  const terms = await termsOf(reading, record, domain, 0)
  for (const ip of ips) results.set(ip, resultFor(terms, ip))
  const { lookups, faults } = reading
  const end = record.split(/\s+/).find((term) => /^[-+~?]?all$/i.test(term))
  return { records, lookups, faults, results, end }
}

interface Reading {
  dns: Dns
  lookups: number
  faults: string[]
}

/** "-all" of an include passes nobody; addresses: those that it names, or all. */
interface Term {
  qualifier: string
  matches(ip: string): boolean
}

const recordsOf = async (dns: Dns, domain: string): Promise<string[]> =>
  (await dns.txt(domain)).filter((text) => /^v=spf1( |$)/i.test(text))

const PASS = '+'
const resultFor = (terms: Term[], ip: string): string | undefined =>
  terms.find(({ matches }) => matches(ip))?.qualifier

async function termsOf(reading: Reading, record: string, domain: string, depth: number): Promise<Term[]> {
  const terms: Term[] = []
  for (const text of record.trim().split(/\s+/).slice(1)) {
    const [, qualifier = PASS, mechanism = ''] = /^([-+~?]?)(.*)$/.exec(text) ?? []
    const matches = await matcherOf(reading, mechanism, domain, depth)
    if (matches) terms.push({ qualifier: qualifier || PASS, matches })
  }
  return terms
}

const ADDRESS = /^(ip[46]):([^/]+)(?:\/(\d{1,3}))?$/i
const HOST = /^(a|mx)(?::([^/]+))?(?:\/(\d{1,2}))?(?:\/\/\d{1,3})?$/i
const ELSEWHERE = /^(include:|redirect=)(.+)$/i
const COUNTED = /^(ptr|exists)(:|$)/i

async function matcherOf(
  reading: Reading,
  mechanism: string,
  domain: string,
  depth: number,
): Promise<Term['matches'] | undefined> {
  if (/^all$/i.test(mechanism)) return () => true
  const [, family, ip = '', bits] = ADDRESS.exec(mechanism) ?? []
  if (family) return isIP(ip) ? within(ip, bits) : fault(reading, mechanism)
  const [, kind, host = domain, hostBits] = HOST.exec(mechanism) ?? []
  if (kind) return hostMatcher(reading, kind.toLowerCase(), host, hostBits)
  const [, , target] = ELSEWHERE.exec(mechanism) ?? []
  if (target) return includeMatcher(reading, target, depth)
  if (COUNTED.test(mechanism)) {
    reading.lookups++
    return () => false // needs the mail itself to be read
  }
  if (/^[a-z][\w.-]*=/i.test(mechanism)) return undefined // a modifier that may be passed over
  return fault(reading, mechanism)
}

function fault(reading: Reading, what: string): undefined {
  reading.faults.push(`"${what}" is not a mechanism`)
}

function within(ip: string, bits: string | undefined): Term['matches'] {
  const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  list.addSubnet(ip, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family)
  return (asked) => list.check(asked, isIP(asked) === 6 ? 'ipv6' : 'ipv4')
}

async function hostMatcher(
  reading: Reading,
  kind: string,
  host: string,
  bits?: string,
): Promise<Term['matches']> {
  reading.lookups++
  const hosts = kind === 'mx' ? await reading.dns.mx(host) : [host]
  const addresses = (await Promise.all(hosts.map((name) => reading.dns.addresses(name)))).flat()
  const matchers = addresses.map((ip) => within(ip, isIP(ip) === 4 ? bits : undefined))
  return (ip) => matchers.some((matches) => matches(ip))
}

async function includeMatcher(reading: Reading, target: string, depth: number): Promise<Term['matches']> {
  reading.lookups++
  const [record, ...more] =
    depth < DEEPEST && reading.lookups <= 2 * MAX_LOOKUPS ? await recordsOf(reading.dns, target) : []
  if (!record || more.length > 0) {
    reading.faults.push(`${target} has ${record ? 'several SPF records' : 'no SPF record'}`)
    return () => false
  }
  const terms = await termsOf(reading, record, target, depth + 1)
  return (ip) => resultFor(terms, ip) === PASS
}
