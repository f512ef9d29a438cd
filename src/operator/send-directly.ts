import { monotonicMs } from '../core/clock.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { randomId } from '../core/secrets.ts'
import { openDkim, senderOf } from '../emails/compose-message.ts'
import { reachedMessage, type SmtpResult } from '../mail/refusals/classify-reply.ts'
import type { OperatorMailKind, RenderedEmail } from '../mail/rendering/template.ts'
import { buildMime, type OutgoingMail, toOutgoingMail } from '../mail/smtp/build-mime.ts'
import { openSmtpClient } from '../mail/smtp/smtp-client.ts'
import { probeSmtpTls, type SmtpTls } from '../mail/smtp/smtp-tls-client.ts'
import { addressHash, parseAddress } from '../subscribers/address.ts'
import { requireUnsuppressed } from '../subscribers/suppression.repo.ts'

export interface DirectSendResult {
  /** Undefined for a dry run. */
  result?: SmtpResult
  tls?: SmtpTls
  /** "selector._domainkey.domain" of the signature; null if there is none. */
  signedBy: string | null
  messageId: string
  bytes: number
  /** From the first byte to the server until its last reply. */
  ms: number
}

// Short, because the operator waits at a terminal.
const TIMEOUTS = { connectMs: 15_000, silenceMs: 60_000 }

/**
 * Sends one email to the operator, with the same headers, signature and connection as every message but without a row
 * in the outbox. Throws smtp.not-set, dkim.cannot-sign, message.bad-address. A rejection by the mail server is a
 * result, not an error.
 */
export async function sendDirectly(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  { kind, to, ...email }: RenderedEmail & { kind: OperatorMailKind; to: string },
  { dryRun = false } = {},
): Promise<DirectSendResult> {
  if (!config.SMTP_URL) throw new Fault('smtp.not-set')
  const dkim = await openDkim(config)
  const message = { kind, id: randomId(96), datedAt: clock.now(), toAddress: to }
  const mail = toOutgoingMail(message, email, senderOf(config))
  const raw = await buildMime(mail, dkim)
  const signedBy = dkim ? `${dkim.selector}._domainkey.${dkim.domain}` : null
  const made = { signedBy, messageId: mail.messageId, bytes: raw.length }
  if (dryRun) return { ...made, ms: 0 }
  return { ...made, ...(await send(config.SMTP_URL, mail, raw)) }
}

async function send(
  smtp: Parameters<typeof openSmtpClient>[0],
  { envelope }: OutgoingMail,
  raw: Buffer,
): Promise<Pick<DirectSendResult, 'result' | 'tls' | 'ms'>> {
  const client = openSmtpClient(smtp, { timeouts: TIMEOUTS })
  const startedAt = monotonicMs()
  const result = await client.send({ ...envelope, raw })
  const ms = Math.round(monotonicMs() - startedAt)
  client.close()
  const hasSession = result.accepted || reachedMessage(result)
  return { result, tls: hasSession ? await probeSmtpTls(smtp, TIMEOUTS.connectMs) : undefined, ms }
}

/**
 * Sends a short test email to one address, in the same way as messages. Throws address.*, subscriber.suppressed,
 * smtp.sending-off, smtp.not-set, dkim.cannot-sign.
 */
export async function sendTestEmail(
  deps: Deps,
  { email, dryRun }: { email: string; dryRun?: boolean },
): Promise<DirectSendResult> {
  const { db, config } = deps
  const { address, key } = parseAddress(email)
  if (config.SENDING === 'off' && !dryRun) throw new Fault('smtp.sending-off')
  await requireUnsuppressed(db, addressHash(key, config.SUPPRESSION_KEY))
  const { SITE_NAME, BASE_URL, POSTAL_ADDRESS } = config
  const text = [
    `This is a test of ${SITE_NAME}, sent from ${BASE_URL}.`,
    'If you can read this, sending works. Check the headers for spf=pass, dkim=pass and dmarc=pass.',
    `You have not been subscribed to anything.\n\n${SITE_NAME}\n${POSTAL_ADDRESS}`,
  ].join('\n\n')
  const mail = { kind: 'test', to: address, subject: `Test email from ${SITE_NAME}`, text } as const
  return sendDirectly(deps, mail, { dryRun })
}
