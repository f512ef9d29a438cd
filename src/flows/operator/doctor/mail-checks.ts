import type { SmtpFault } from '../../../delivery/answers/classify-answer.ts'
import type { SmtpTls } from '../../../delivery/smtp/smtp-tls.ts'
import { ownCommand } from '../../../platform/own-command.ts'
import type { SmtpConfig } from '../../../smtp-url.ts'
import { domainOf, isWithin } from '../dns/domains.ts'
import { together, type Verdict, warning, wrong } from './check.ts'
import { judgeDaysLeft } from './days-left.ts'

export interface SmtpSeen {
  smtp: SmtpConfig
  /** Where it ended; undefined where the server would take a mail from MAIL_FROM. */
  fault?: SmtpFault
  tls?: SmtpTls
  now: Date
}

/** What a conversation with the mail server showed that sent nothing. */
export function judgeSmtp(seen: SmtpSeen): Verdict {
  const { smtp, fault, tls, now } = seen
  const place = `${smtp.host}:${smtp.port}`
  if (fault) return wrong(`${place}: ${fault.answer}`, FIXES[fault.stage](smtp, fault))
  const login = smtp.user ? 'login taken' : 'no login'
  const found = `${place} takes mail from MAIL_FROM: ${tls ? tls.protocol : 'not encrypted'}, ${login}`
  return together(found, [judgeTls(smtp, tls), tls?.until ? judgeDaysLeft(tls.until, now, RENEW) : undefined])
}

const RENEW = 'Renew the certificate of the mail server.'
const isHere = ({ host }: SmtpConfig): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.')

function judgeTls(smtp: SmtpConfig, tls: SmtpTls | undefined): Verdict | undefined {
  if (isHere(smtp)) return undefined // what is said does not leave this machine
  if (!tls)
    return smtp.user
      ? wrong('the password goes over the network as it is', 'SMTP_URL: take tls=off out of it.')
      : warning('mails go over the network as they are', 'SMTP_URL: take tls=off or tls=any out of it.')
  if (tls.doubt)
    return warning(
      `certificate not verified (${tls.doubt})`,
      'SMTP_URL: tls=verify, with the name that the certificate is for.',
    )
  return undefined
}

type Fix = (smtp: SmtpConfig, fault: SmtpFault) => string
const ofServer: Fix = () => 'Ask whoever keeps the mail server what this answer means.'

const FIXES: Record<SmtpFault['stage'], Fix> = {
  connect: ({ implicitTls, port }) =>
    `Look at host and port in SMTP_URL (smtp:// with 587 or 25, smtps:// with 465; now ${implicitTls ? 'smtps' : 'smtp'} with ${port}), and whether a firewall lets this machine out.`,
  tls: ({ host }) =>
    `Let SMTP_URL name the host that the certificate is for, not ${host}; for an authority of your own start with NODE_EXTRA_CA_CERTS=/path/ca.pem; tls=require encrypts without looking at the certificate.`,
  login: ({ user }) =>
    user
      ? 'Set SMTP_USER and SMTP_PASSWORD (or SMTP_PASSWORD_FILE) as they are; in SMTP_URL both would have to be percent-encoded.'
      : 'Set SMTP_USER and SMTP_PASSWORD.',
  mail: ({ user }, { status }) =>
    status === 530 && !user
      ? 'Set SMTP_USER and SMTP_PASSWORD.'
      : 'Let the mail server take MAIL_FROM as a sender (verify the domain there), or set another MAIL_FROM.',
  rcpt: ofServer,
  data: ofServer,
  dot: ofServer,
}

export interface KeySeen {
  file: string
  selector: string
  domain: string
  bits: number
  /** Of the file, as stat gives it. */
  mode: number
  /** MAIL_FROM. */
  from: string
  fault?: string
}

const LEAST_BITS = 2048
const FOR_OTHERS = 0o077

/** Of a DKIM key that signed a message, or did not. */
export function judgeKey({ file, selector, domain, bits, mode, from, fault }: KeySeen): Verdict {
  if (fault)
    return wrong(fault, `openssl genrsa -out ${file} ${LEAST_BITS}, then ${ownCommand('doctor --dns')}`)
  const fromDomain = domainOf(from)
  const isAligned = isWithin(fromDomain, domain.toLowerCase()) || isWithin(domain.toLowerCase(), fromDomain)
  return together(`signs and verifies as ${selector}._domainkey.${domain}, ${bits} bits`, [
    mode & FOR_OTHERS
      ? warning(`others may read ${file} (mode ${(mode & 0o777).toString(8)})`, `chmod 600 ${file}`)
      : undefined,
    bits < LEAST_BITS
      ? warning(
          `a key of ${bits} bits is short`,
          `openssl genrsa -out ${file} ${LEAST_BITS}, under a new DKIM_SELECTOR`,
        )
      : undefined,
    isAligned
      ? undefined
      : wrong(
          `the signature of ${domain} does not speak for ${fromDomain}`,
          'Let DKIM_DOMAIN be the domain of MAIL_FROM.',
        ),
  ])
}

export const noKey = (): Verdict =>
  warning(
    'mails go out unsigned, unless the mail server signs them',
    'Set DKIM_DOMAIN, DKIM_SELECTOR, DKIM_KEY_FILE; or see that your mail server signs for the domain of MAIL_FROM.',
  )
