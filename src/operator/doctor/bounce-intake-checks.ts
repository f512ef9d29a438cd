import { once } from 'node:events'
import { connect } from 'node:net'
import { type ChannelSetting, enabledChannels } from '../../bounces/enabled-channels.ts'
import { BANNER } from '../../bounces/intake.ts'
import { withMailbox } from '../../bounces/mail/mailbox-client.ts'
import type { Config } from '../../config/config.ts'
import type { ListenAddress } from '../../config/setting-schemas.ts'
import { withTimeout } from '../../core/clock.ts'
import { errorText } from '../../core/errors.ts'
import { redact } from '../../core/log.ts'
import { emailDomain } from '../../mail/rate-limits/send-rate.ts'
import { type CheckResult, combineResults, ok, skipped, warning, wrong } from './check.ts'

const LISTENERS = ['BOUNCE_LMTP', 'BOUNCE_SMTP'] as const

interface ListenerProbe {
  setting: (typeof LISTENERS)[number]
  address: ListenAddress
  /** Its greeting, or why there is none. */
  greeting: string | Error
}

interface BounceIntakeProbe {
  domain: string | undefined
  channels: readonly ChannelSetting[]
  listeners: readonly ListenerProbe[]
  /** Why the mailbox could not be opened; null if it could, or none is configured. */
  mailboxFault: string | null
  senderDomain: string
}

/** Connects to each configured intake for bounces, and sends nothing. */
export async function checkBounceIntake(config: Config, timeoutMs: number): Promise<CheckResult> {
  const { BOUNCE_DOMAIN: domain, BOUNCE_IMAP: mailbox } = config
  const listeners = LISTENERS.map(async (setting): Promise<ListenerProbe[]> => {
    const address = config[setting]
    if (!address) return []
    return [{ setting, address, greeting: await greetingOf(address, timeoutMs).catch((error) => error) }]
  })
  return checkIntakeProbe({
    domain,
    channels: enabledChannels(config),
    listeners: (await Promise.all(listeners)).flat(),
    mailboxFault: mailbox
      ? await withMailbox(mailbox, {
          signal: AbortSignal.timeout(timeoutMs),
          work: async () => null,
        }).catch((error) => redact(errorText(error)))
      : null,
    senderDomain: emailDomain(config.MAIL_FROM),
  })
}

/** The first line that the listener sends. Rejects if there is none. */
async function greetingOf({ host, port }: ListenAddress, timeoutMs: number): Promise<string> {
  // A listener on all interfaces of this machine is reachable at its loopback address.
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  const socket = connect({ host: reachable, port }).setEncoding('utf8')
  const closed = once(socket, 'close').then(() => {
    throw new Error('the connection was closed without a greeting')
  })
  try {
    const [text] = await withTimeout(timeoutMs, Promise.race([once(socket, 'data'), closed]))
    return text.split(/\r?\n/, 1)[0]
  } finally {
    closed.catch(() => {})
    socket.destroy()
  }
}

export function checkIntakeProbe(probe: BounceIntakeProbe): CheckResult {
  const { domain, channels, listeners, mailboxFault, senderDomain } = probe
  if (channels.length === 0)
    return domain
      ? noEmailChannel(domain)
      : skipped('no BOUNCE_DOMAIN: bounces go to MAIL_FROM, and this service does not process them')
  const receivesEmail = channels.some(({ channel }) => EMAIL_CHANNELS.includes(channel))
  return combineResults(
    `reports arrive through ${channels.map(({ channel, setting }) => `${channel} (${setting})`).join(', ')}`,
    [
      ...listeners.map((listener) => checkListener(listener, domain ?? '')),
      mailboxFault !== null &&
        wrong(
          `the mailbox of BOUNCE_IMAP cannot be read: ${mailboxFault}`,
          'Check BOUNCE_IMAP, BOUNCE_IMAP_USER and BOUNCE_IMAP_PASSWORD.',
        ),
      domain === senderDomain && listeners.length > 0 && sameDomain(domain),
      domain && !receivesEmail && noEmailChannel(domain),
    ],
  )
}

const sameDomain = (domain: string): CheckResult =>
  warning(
    `BOUNCE_DOMAIN is ${domain}, the domain of MAIL_FROM: the listener rejects email to people there`,
    `BOUNCE_DOMAIN=bounce.${domain}`,
  )

const EMAIL_CHANNELS: string[] = ['lmtp', 'smtp', 'imap']

const noEmailChannel = (domain: string): CheckResult =>
  warning(
    `BOUNCE_DOMAIN is ${domain}, and these settings enable no way to receive bounces; fine if another machine does`,
    'Set BOUNCE_LMTP=2424 and have your mail server deliver email for that domain to it, or set BOUNCE_IMAP.',
  )

function checkListener({ setting, address, greeting }: ListenerProbe, domain: string): CheckResult {
  const place = `${address.host}:${address.port} (${setting})`
  if (greeting instanceof Error)
    return wrong(
      `no response at ${place}: ${errorText(greeting)}`,
      `Start the service with the role web. If it runs on another machine, unset ${setting} here.`,
    )
  if (greeting.startsWith('220') && greeting.endsWith(BANNER))
    return ok(`our listener for ${domain} answers at ${place}`)
  return wrong(
    `${place} greets with: ${greeting}`,
    `Another program uses this port: set ${setting} to a free port and restart the service.`,
  )
}
