import { enabledChannels } from '../../bounces/enabled-channels.ts'
import { withMailbox } from '../../bounces/mail/mailbox-client.ts'
import type { Config } from '../../config/config.ts'
import { errorText } from '../../core/errors.ts'
import { redact } from '../../core/log.ts'
import { emailDomain } from '../../limits/send-rate.ts'
import { type CheckResult, combineResults, skipped, warning, wrong } from './check.ts'

const EMAIL_CHANNELS: string[] = ['lmtp', 'smtp', 'imap']

/** How bounces arrive; logs in to the mailbox, and reads nothing. */
export async function checkBounces(config: Config, timeoutMs: number): Promise<CheckResult> {
  const { BOUNCE_DOMAIN: domain, BOUNCE_IMAP: mailbox } = config
  const channels = enabledChannels(config)
  if (channels.length === 0)
    return domain
      ? noEmailChannel(domain)
      : skipped('no BOUNCE_DOMAIN: bounces go to MAIL_FROM, and this service does not process them')
  const found = channels.map(({ channel, setting }) => `${channel} (${setting})`).join(', ')
  const receivesEmail = channels.some(({ channel }) => EMAIL_CHANNELS.includes(channel))
  const hasListener = channels.some(({ channel }) => channel === 'lmtp' || channel === 'smtp')
  return combineResults(`reports arrive through ${found}`, [
    mailbox && (await checkMailbox(mailbox, timeoutMs)),
    domain === emailDomain(config.MAIL_FROM) && hasListener && sameDomain(domain),
    domain && !receivesEmail && noEmailChannel(domain),
  ])
}

const checkMailbox = (mailbox: NonNullable<Config['BOUNCE_IMAP']>, timeoutMs: number) =>
  withMailbox(mailbox, { signal: AbortSignal.timeout(timeoutMs), work: async () => undefined }).catch(
    (error) =>
      wrong(
        `the mailbox of BOUNCE_IMAP cannot be read: ${redact(errorText(error))}`,
        'Check BOUNCE_IMAP, BOUNCE_IMAP_USER and BOUNCE_IMAP_PASSWORD.',
      ),
  )

const sameDomain = (domain: string): CheckResult =>
  warning(
    `BOUNCE_DOMAIN is ${domain}, the domain of MAIL_FROM: the listener rejects email to people there`,
    `BOUNCE_DOMAIN=bounce.${domain}`,
  )

const noEmailChannel = (domain: string): CheckResult =>
  warning(
    `BOUNCE_DOMAIN is ${domain}, and these settings enable no way to receive bounces; fine if another machine does`,
    'Set BOUNCE_LMTP=2424 and have your mail server deliver email for that domain to it, or set BOUNCE_IMAP.',
  )
