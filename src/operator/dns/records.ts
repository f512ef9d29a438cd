import { createPublicKey } from 'node:crypto'
import type { Config } from '../../config/config.ts'
import { ipGroups } from '../../core/rate-limit.ts'
import { emailDomain } from '../../mail/rate-limits/send-rate.ts'
import type { DkimKey } from '../../mail/smtp/dkim.ts'

/** True for the domain itself and its subdomains. */
export const isSameOrSubdomain = (name: string, domain: string): boolean =>
  name === domain || name.endsWith(`.${domain}`)

export interface DnsRecord {
  /** Without the trailing dot. */
  name: string
  type: 'TXT' | 'MX' | 'A' | 'AAAA' | 'PTR'
  /** For TXT the text without quotes; for other types as in a zone file. */
  value: string
  why: string
}

/** The domain of the return path: receivers look up its SPF record, and bounces go there. */
export const envelopeDomain = ({ BOUNCE_DOMAIN, MAIL_FROM }: Config): string =>
  BOUNCE_DOMAIN ?? emailDomain(MAIL_FROM)

export const siteHost = ({ BASE_URL }: Config): string => new URL(BASE_URL).hostname.replace(/^\[|\]$/g, '')

/** Domains that receive email: each is in one of our header fields or envelopes. */
export const mailDomains = ({ MAIL_FROM, REPLY_TO = MAIL_FROM, ...settings }: Config): string[] => [
  ...new Set([
    emailDomain(MAIL_FROM),
    emailDomain(REPLY_TO),
    settings.BOUNCE_DOMAIN ?? emailDomain(MAIL_FROM),
  ]),
]

/** The DNS records to publish. `ips`: the addresses that send email. */
export function recordsToSet(config: Config, { key, ips }: { key?: DkimKey; ips: string[] }): DnsRecord[] {
  const { MAIL_FROM, OPERATOR_EMAIL, SMTP_URL, BOUNCE_DOMAIN } = config
  const from = emailDomain(MAIL_FROM)
  const site = siteHost(config)
  const smtpHost = SMTP_URL?.host ?? 'localhost'
  const isOnThisMachine = isSameOrSubdomain(smtpHost, 'localhost') || /^[\d.:]+$/.test(smtpHost)
  // The name that the sending addresses should have.
  const sendingHost = isOnThisMachine ? site : smtpHost
  const senders = ips.length > 0 ? ips.map((ip) => `ip${familyOf(ip)}:${ip}`) : [`a:${sendingHost}`]
  // Reports to another domain require a record in that domain, so the tag is left out then.
  const getsReports = OPERATOR_EMAIL && isSameOrSubdomain(from, emailDomain(OPERATOR_EMAIL))
  const siteWhy = 'the machine, or the proxy, where the site is'
  const siteAddresses = ips.length > 0 ? ips : ['192.0.2.1']
  return [
    {
      name: envelopeDomain(config),
      type: 'TXT',
      value: `v=spf1 ${senders.join(' ')} -all`,
      why: 'who may send; for a mail service use its include:… instead; only one such record',
    },
    ...(key ? [dkimRecord(key)] : []),
    {
      name: `_dmarc.${from}`,
      type: 'TXT',
      value: `v=DMARC1; p=quarantine${getsReports ? `; rua=mailto:${OPERATOR_EMAIL}` : ''}`,
      why: 'what receivers do with email that isn’t ours; start with p=none if others send for this domain too',
    },
    ...mailDomains(config).map((name): DnsRecord => {
      const isBounces = name === BOUNCE_DOMAIN
      return {
        name,
        type: 'MX',
        value: `10 ${isBounces && isOnThisMachine ? site : `mail.${name}`}.`,
        why: isBounces
          ? `the server that receives bounces to ${name} and passes them to BOUNCE_LMTP or stores them for BOUNCE_IMAP`
          : `the server that receives email for ${name}`,
      }
    }),
    ...siteAddresses.map((ip) => ({
      name: site,
      type: familyOf(ip) === 6 ? ('AAAA' as const) : ('A' as const),
      value: ip,
      why: ips.length > 0 ? siteWhy : `${siteWhy}; its address in place of this one`,
    })),
    ...ips.map((ip) => ({
      name: reverseDnsName(ip),
      type: 'PTR' as const,
      value: `${sendingHost}.`,
      why: `set at the hosting provider of ${ip}; the name must resolve back to it`,
    })),
  ]
}

const familyOf = (ip: string): 4 | 6 => (ip.includes(':') ? 6 : 4)

export const publicKeyOf = (key: DkimKey): string =>
  createPublicKey(key.privateKey).export({ type: 'spki', format: 'der' }).toString('base64')

const dkimRecord = (key: DkimKey): DnsRecord => ({
  name: `${key.selector}._domainkey.${key.domain}`,
  type: 'TXT',
  value: `v=DKIM1; k=rsa; p=${publicKeyOf(key)}`,
  why: 'the public half of DKIM_KEY_FILE',
})

/** The domain and its parents, except the top-level domain: "a.b.org", "b.org". */
export const domainAndParents = (domain: string): string[] => {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))
}

/** "192.0.2.7" → "7.2.0.192.in-addr.arpa"; for IPv6 the nibbles, in ip6.arpa. */
function reverseDnsName(ip: string): string {
  if (!ip.includes(':')) return `${ip.split('.').reverse().join('.')}.in-addr.arpa`
  const digits = ipGroups(ip)!
    .map((group) => group.toString(16).padStart(4, '0'))
    .join('')
  return `${[...digits].reverse().join('.')}.ip6.arpa`
}

const TTL = 3600

/** The lines of a zone file, with a comment above each record. Texts are split into strings of 255 bytes. */
export const zoneFile = (records: DnsRecord[]): string =>
  records
    .map(({ name, type, value, why }) => `; ${why}\n${name}. ${TTL} IN ${type} ${dataOf(type, value)}`)
    .join('\n\n')

function dataOf(type: DnsRecord['type'], value: string): string {
  if (type !== 'TXT') return value
  const strings = value.match(/[\s\S]{1,255}/g)!.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`)
  return strings.length === 1 ? strings[0]! : `(\n    ${strings.join('\n    ')} )`
}
