import { type ChannelSetting, enabledChannels } from '../../bounces/enabled-channels.ts'
import { withMailbox } from '../../bounces/mail/mailbox-client.ts'
import type { Config } from '../../config/config.ts'
import type { ListenAddress } from '../../config/setting-schemas.ts'
import { errorText } from '../../core/errors.ts'
import { redact } from '../../core/log.ts'
import { emailDomain } from '../../mail/rate-limits/send-rate.ts'
import { type CheckResult, combineResults, ok, skipped, warning, wrong } from './check.ts'
import { type ListenerReplies, probeListener } from './listener-client.ts'

interface ListenerProbe {
  setting: 'BOUNCE_LMTP' | 'BOUNCE_SMTP'
  address: ListenAddress
  /** Its replies, or why there are none. */
  result: ListenerReplies | Error
}

interface BounceIntakeProbe {
  domain: string | undefined
  channels: readonly ChannelSetting[]
  listeners: readonly ListenerProbe[]
  /** Why the mailbox could not be opened; null if it could, or none is configured. */
  mailboxFault: string | null
  /** Domain of MAIL_FROM. */
  senderDomain: string
}

/** Whether bounces reach this service. */
export function checkBounceIntake(seen: BounceIntakeProbe): CheckResult {
  const { domain, channels, listeners, mailboxFault, senderDomain } = seen
  if (channels.length === 0)
    return domain
      ? noEmailChannel(domain)
      : skipped('no BOUNCE_DOMAIN: bounces go to MAIL_FROM, and this service does not process them')
  const receivesEmail = channels.some(({ channel }) => EMAIL_CHANNELS.includes(channel))
  return combineResults(
    `reports arrive through ${channels.map(({ channel, setting }) => `${channel} (${setting})`).join(', ')}`,
    [
      ...listeners.map((listener) => checkListener(listener, domain ?? '')),
      ...(mailboxFault === null
        ? []
        : [
            wrong(
              `the mailbox of BOUNCE_IMAP cannot be read: ${mailboxFault}`,
              'Check BOUNCE_IMAP, BOUNCE_IMAP_USER and BOUNCE_IMAP_PASSWORD.',
            ),
          ]),
      ...(domain === senderDomain && listeners.length > 0 ? [sameDomain(domain)] : []),
      ...(domain && !receivesEmail ? [noEmailChannel(domain)] : []),
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

function checkListener({ setting, address, result }: ListenerProbe, domain: string): CheckResult {
  const place = `${address.host}:${address.port} (${setting})`
  const another = `Another program uses this port: set ${setting} to a free port and restart the service.`
  if (result instanceof Error)
    return wrong(
      `no response at ${place}: ${errorText(result)}`,
      `Start the service with the role web. If it runs on another machine, unset ${setting} here.`,
    )
  const { greeting, rcptReply } = result
  if (!greeting.startsWith('220')) return wrong(`${place} greets with: ${greeting}`, another)
  if (rcptReply.startsWith('550')) return ok(`accepts email for ${domain} at ${place}`)
  if (rcptReply.startsWith('2')) return wrong(`${place} accepts email for a forged address`, another)
  return warning(`${place} does not say which recipients it accepts: ${rcptReply}`, another)
}

/** As long as one of our tokens, but invalid. */
const FORGED = `b+${'0'.repeat(44)}`

/** Connects to each configured intake for bounces, and sends nothing. */
export async function probeBounceIntake(
  config: Config,
  { timeoutMs }: { timeoutMs: number },
): Promise<CheckResult> {
  const { BOUNCE_DOMAIN: domain } = config
  const configured = (['BOUNCE_LMTP', 'BOUNCE_SMTP'] as const).flatMap((setting) => {
    const address = config[setting]
    return address ? [{ setting, address }] : []
  })
  const listeners = await Promise.all(
    configured.map(async ({ setting, address }): Promise<ListenerProbe> => {
      const protocol = setting === 'BOUNCE_LMTP' ? 'lmtp' : 'smtp'
      const request = { address, protocol, recipient: `${FORGED}@${domain}`, timeoutMs } as const
      const result = await probeListener(request).catch((error: Error) => error)
      return { setting, address, result }
    }),
  )
  const mailboxFault = await faultOfMailbox(config, timeoutMs)
  const senderDomain = emailDomain(config.MAIL_FROM)
  return checkBounceIntake({
    domain,
    channels: enabledChannels(config),
    listeners,
    mailboxFault,
    senderDomain,
  })
}

async function faultOfMailbox({ BOUNCE_IMAP: server }: Config, timeoutMs: number): Promise<string | null> {
  if (!server) return null
  const opened = withMailbox(server, { signal: AbortSignal.timeout(timeoutMs), work: async () => null })
  return opened.catch((error: Error) => redact(errorText(error)))
}
