import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { type ChannelSetting, enabledChannels } from '../../bounces/enabled-channels.ts'
import { withMailbox } from '../../bounces/mail/mailbox-client.ts'
import type { Config } from '../../config/config.ts'
import type { ListenAddress } from '../../config/setting-schemas.ts'
import { withTimeout } from '../../core/clock.ts'
import { errorText } from '../../core/errors.ts'
import { redact } from '../../core/log.ts'
import { emailDomain } from '../../mail/rate-limits/send-rate.ts'
import { type CheckResult, combineResults, ok, skipped, warning, wrong } from './check.ts'

const LISTENERS = [
  ['BOUNCE_LMTP', 'LHLO'],
  ['BOUNCE_SMTP', 'EHLO'],
] as const

interface ListenerProbe {
  setting: (typeof LISTENERS)[number][0]
  address: ListenAddress
  /** Its greeting and its reply to RCPT, or why there are none. */
  result: { greeting: string; rcptReply: string } | Error
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
  const listeners = LISTENERS.map(async ([setting, hello]): Promise<ListenerProbe[]> => {
    const address = config[setting]
    if (!address) return []
    const commands = [`${hello} doctor.localhost`, 'MAIL FROM:<>', `RCPT TO:<${FORGED}@${domain}>`]
    const result = await probeListener(address, commands, timeoutMs).catch((error: Error) => error)
    return [{ setting, address, result }]
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

/** As long as one of our tokens, but invalid. */
const FORGED = `b+${'0'.repeat(44)}`

const CLOSE_TIMEOUT_MS = 1000

/** The greeting, and the reply to the last command. Rejects if the listener does not respond. */
async function probeListener({ host, port }: ListenAddress, commands: string[], timeoutMs: number) {
  // A listener on all interfaces of this machine is reachable at its loopback address.
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  const socket = connect({ host: reachable, port })
  const lines = createInterface({ input: socket, crlfDelay: Infinity })[Symbol.asyncIterator]()
  const failed = new Promise<never>((_, reject) => socket.once('error', reject))
  failed.catch(() => {}) // it may fail after the last reply
  const nextReply = () => withTimeout(timeoutMs, Promise.race([replyFrom(lines), failed]))
  try {
    const greeting = await nextReply()
    let rcptReply = ''
    for (const command of greeting.startsWith('220') ? commands : []) {
      socket.write(`${command}\r\n`)
      rcptReply = await nextReply()
    }
    return { greeting, rcptReply }
  } finally {
    socket.end('QUIT\r\n')
    setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS).unref()
  }
}

/** The last line of a reply, which may have several lines. */
async function replyFrom(lines: AsyncIterator<string>): Promise<string> {
  for (;;) {
    const { value, done } = await lines.next()
    if (done) throw new Error('the connection was closed without an answer')
    if (!/^\d{3}-/.test(value)) return value
  }
}

export function checkIntakeProbe({
  domain,
  channels,
  listeners,
  mailboxFault,
  senderDomain,
}: BounceIntakeProbe): CheckResult {
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
