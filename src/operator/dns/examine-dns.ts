import type { Config } from '../../config/config.ts'
import { textOf } from '../../core/errors.ts'
import { type DkimKey, loadDkimKey } from '../../mail/smtp/dkim.ts'
import { type Check, skipped, type Verdict, wrong } from '../doctor/check.ts'
import { type Question, runChecks } from '../doctor/run-checks.ts'
import {
  judgeAddresses,
  judgeAlignment,
  judgeDkim,
  judgeDmarc,
  judgeMx,
  judgePtr,
  judgeSpf,
} from './dns-checks.ts'
import type { Dns } from './dns-client.ts'
import { domainOf, upwards } from './domains.ts'
import {
  type DnsRecord,
  envelopeDomain,
  mailDomains,
  publicKeyOf,
  recordsToSet,
  siteHost,
} from './records.ts'
import { readSpf } from './spf.ts'

export interface DnsExamined {
  records: DnsRecord[]
  checks: Check[]
}

interface Input {
  /** The addresses that mails leave from. */
  ips: string[]
  withinMs: number
}

/** The records to publish, and what is published. Throws dkim.cannot-sign for a key that cannot be read. */
export async function examineDns(config: Config, dns: Dns, { ips, withinMs }: Input): Promise<DnsExamined> {
  const key = loadDkimKey(config)
  const none = Promise.resolve(undefined)
  const checks = await runChecks({
    questions: questions(config, dns, { key, ips }).map(withResolverFix),
    wrongSettings: new Set(),
    missing: { database: none, tables: none },
    withinMs,
  })
  return { records: recordsToSet(config, { key, ips }), checks }
}

const withResolverFix = ({ ask, ...question }: Question): Question => ({
  ...question,
  ask: async () => {
    try {
      return await ask()
    } catch (error) {
      return wrong(textOf(error), 'Try another resolver: --resolver 9.9.9.9')
    }
  },
})

function questions(config: Config, dns: Dns, { key, ips }: { key?: DkimKey; ips: string[] }): Question[] {
  const from = domainOf(config.MAIL_FROM)
  const envelope = envelopeDomain(config)
  const dmarc = findDmarc(dns, from)
  dmarc.catch(() => {}) // two questions wait for it
  return [
    { check: 'SPF', ask: async () => judgeSpf(envelope, await readSpf(dns, envelope, ips)) },
    { check: 'DKIM', ask: () => askDkim(dns, key) },
    { check: 'DMARC', ask: async () => judgeDmarc({ from, ...(await dmarc) }) },
    {
      check: 'alignment',
      ask: async () => {
        const { domain, texts } = await dmarc
        const text = texts[0]
        const found = domain !== undefined && text !== undefined ? { domain, text } : undefined
        return judgeAlignment({ from, envelope, dkim: key?.domain.toLowerCase(), dmarc: found })
      },
    },
    ...mailDomains(config).map((domain) => ({
      check: 'MX',
      ask: () => askMx(dns, domain, domain === config.BOUNCE_DOMAIN),
    })),
    {
      check: 'site',
      ask: async () => judgeAddresses(siteHost(config), await dns.addresses(siteHost(config))),
    },
    ...(ips.length > 0
      ? ips.map((ip) => ({ check: 'PTR', ask: () => askPtr(dns, ip) }))
      : [{ check: 'PTR', ask: () => skipped('use --ip to say which address emails are sent from') }]),
  ]
}

async function askMx(dns: Dns, domain: string, isBounces: boolean): Promise<Verdict> {
  const [mx, addresses] = await Promise.all([dns.mx(domain), dns.addresses(domain)])
  return judgeMx(domain, { mx, addresses, isBounces })
}

async function askDkim(dns: Dns, key: DkimKey | undefined): Promise<Verdict> {
  if (!key) return skipped('no DKIM_KEY_FILE: see what your mail service requires')
  const name = `${key.selector}._domainkey.${key.domain}`
  return judgeDkim({ name, texts: await dns.txt(name), expected: publicKeyOf(key) })
}

/** The record that holds for a domain: its own, or the first one above it. */
async function findDmarc(dns: Dns, from: string): Promise<{ domain?: string; texts: string[] }> {
  for (const domain of upwards(from)) {
    const texts = (await dns.txt(`_dmarc.${domain}`)).filter((text) => /^v=DMARC1\s*(;|$)/i.test(text))
    if (texts.length > 0) return { domain, texts }
  }
  return { texts: [] }
}

async function askPtr(dns: Dns, ip: string): Promise<Verdict> {
  const names = await dns.ptr(ip)
  const back = await Promise.all(names.map(async (name) => [name, await dns.addresses(name)] as const))
  return judgePtr(ip, new Map(back))
}
