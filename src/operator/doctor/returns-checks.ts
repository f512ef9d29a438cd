import type { WayIn } from '../../bounces/ways-in.ts'
import type { ListenAddress } from '../../config/setting-kinds.ts'
import { textOf } from '../../core/errors.ts'
import { ok, skipped, together, type Verdict, warning, wrong } from './check.ts'
import type { ListenerSeen } from './listener-client.ts'

export interface SeenListener {
  setting: 'BOUNCE_LMTP' | 'BOUNCE_SMTP'
  address: ListenAddress
  /** What it said, or why it said nothing. */
  seen: ListenerSeen | Error
}

export interface ReturnsSeen {
  domain: string | undefined
  ways: readonly WayIn[]
  listeners: readonly SeenListener[]
  /** Why the mailbox could not be opened; null where it could, or there is none. */
  mailboxFault: string | null
  /** Of MAIL_FROM. */
  senderDomain: string
}

/** Whether what comes back gets here. */
export function judgeReturns(seen: ReturnsSeen): Verdict {
  const { domain, ways, listeners, mailboxFault, senderDomain } = seen
  if (ways.length === 0)
    return domain
      ? elsewhere(domain)
      : skipped('no BOUNCE_DOMAIN: bounces go to MAIL_FROM, and this service does not process them')
  const byMail = ways.some(({ way }) => BY_MAIL.includes(way))
  return together(
    `reports arrive through ${ways.map(({ way, setting }) => `${way} (${setting})`).join(', ')}`,
    [
      ...listeners.map((listener) => judgeListener(listener, domain ?? '')),
      ...(mailboxFault === null
        ? []
        : [
            wrong(
              `the mailbox of BOUNCE_IMAP cannot be read: ${mailboxFault}`,
              'Check BOUNCE_IMAP, BOUNCE_IMAP_USER and BOUNCE_IMAP_PASSWORD.',
            ),
          ]),
      ...(domain === senderDomain && listeners.length > 0 ? [sameDomain(domain)] : []),
      ...(domain && !byMail ? [elsewhere(domain)] : []),
    ],
  )
}

const sameDomain = (domain: string): Verdict =>
  warning(
    `BOUNCE_DOMAIN is ${domain}, the domain of MAIL_FROM: the listener rejects email to people there`,
    `BOUNCE_DOMAIN=bounce.${domain}`,
  )

const BY_MAIL: string[] = ['lmtp', 'smtp', 'imap']

const elsewhere = (domain: string): Verdict =>
  warning(
    `BOUNCE_DOMAIN is ${domain}, and these settings enable no way to receive bounces; fine if another machine does`,
    'Set BOUNCE_LMTP=2424 and have your mail server deliver email for that domain to it, or set BOUNCE_IMAP.',
  )

function judgeListener({ setting, address, seen }: SeenListener, domain: string): Verdict {
  const place = `${address.host}:${address.port} (${setting})`
  const another = `Another program uses this port: set ${setting} to a free port and restart the service.`
  if (seen instanceof Error)
    return wrong(
      `no response at ${place}: ${textOf(seen)}`,
      `Start the service with the role web. If it runs on another machine, unset ${setting} here.`,
    )
  const { greeting, rcpt } = seen
  if (!greeting.startsWith('220')) return wrong(`${place} greets with: ${greeting}`, another)
  if (rcpt.startsWith('550')) return ok(`accepts email for ${domain} at ${place}`)
  if (rcpt.startsWith('2')) return wrong(`${place} accepts email for a forged address`, another)
  return warning(`${place} does not say which recipients it accepts: ${rcpt}`, another)
}
