import { enabledChannels } from '../../bounces/enabled-channels.ts'
import { withMailbox } from '../../bounces/mail/mailbox-client.ts'
import type { Config } from '../../config/config.ts'
import { errorText } from '../../core/errors.ts'
import { redact } from '../../core/log.ts'
import { emailDomain } from '../../mail/rate-limits/send-rate.ts'
import { checkBounceIntake, type ListenerProbe } from './bounce-intake-checks.ts'
import type { CheckResult } from './check.ts'
import { probeListener } from './listener-client.ts'

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
