import { textOf } from '../../../platform/errors.ts'
import type { ListenAddress } from '../../../setting-kinds.ts'
import type { WayIn } from '../../returns/ways-in.ts'
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
}

/** Whether what comes back gets here. */
export function judgeReturns({ domain, ways, listeners }: ReturnsSeen): Verdict {
  if (ways.length === 0)
    return domain
      ? elsewhere(domain)
      : skipped('no BOUNCE_DOMAIN: what comes back goes to MAIL_FROM, and nothing here reads it')
  const byMail = ways.some(({ way }) => BY_MAIL.includes(way))
  return together(`reports come in by ${ways.map(({ way, setting }) => `${way} (${setting})`).join(', ')}`, [
    ...listeners.map((listener) => judgeListener(listener, domain ?? '')),
    ...(domain && !byMail ? [elsewhere(domain)] : []),
  ])
}

const BY_MAIL: string[] = ['lmtp', 'smtp', 'imap']

const elsewhere = (domain: string): Verdict =>
  warning(
    `BOUNCE_DOMAIN is ${domain}, and by these settings nothing here takes in what comes back to it; fine if another machine does`,
    'BOUNCE_LMTP=2424, and let your mail server hand mail for that domain to it; or BOUNCE_IMAP.',
  )

function judgeListener({ setting, address, seen }: SeenListener, domain: string): Verdict {
  const place = `${address.host}:${address.port} (${setting})`
  const another = `Something else listens there: let ${setting} name a port of its own, and start the service anew.`
  if (seen instanceof Error)
    return wrong(
      `nothing answers at ${place}: ${textOf(seen)}`,
      `Start the service with the role web; on another machine than this, leave ${setting} out here.`,
    )
  const { greeting, rcpt } = seen
  if (!greeting.startsWith('220')) return wrong(`${place} greets with: ${greeting}`, another)
  if (rcpt.startsWith('550')) return ok(`takes mail for ${domain} at ${place}`)
  if (rcpt.startsWith('2')) return wrong(`${place} takes mail for an address that is forged`, another)
  return warning(`${place} does not say whom it takes mail for: ${rcpt}`, another)
}
