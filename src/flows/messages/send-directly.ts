import type { SmtpResult } from '../../delivery/answers/classify-answer.ts'
import { buildMime } from '../../delivery/smtp/build-mime.ts'
import type { DkimKey } from '../../delivery/smtp/dkim.ts'
import { openSmtp } from '../../delivery/smtp/smtp-client.ts'
import type { SmtpTls } from '../../delivery/smtp/smtp-tls.ts'
import type { RenderedEmail } from '../../emails/email.ts'
import { addressed } from '../../emails/headers.ts'
import type { OperatorMailKind } from '../../emails/mail-kind.ts'
import type { OutgoingMail } from '../../emails/outgoing-mail.ts'
import { stopwatch } from '../../platform/clock.ts'
import { Fault } from '../../platform/errors.ts'
import { randomId } from '../../platform/random.ts'
import type { Deps } from '../../wiring.ts'
import { openDkim, senderOf } from './compose-message.ts'

export interface DirectMail extends RenderedEmail {
  kind: OperatorMailKind
  /** One plain address. */
  to: string
}

export interface Sent {
  /** Undefined where nothing was to be sent. */
  result?: SmtpResult
  tls?: SmtpTls
  /** "selector._domainkey.domain" of the signature; null where there is none. */
  signedBy: string | null
  messageId: string
  bytes: number
  /** From the first byte to the server until its last answer. */
  ms: number
}

// Somebody waits at a terminal.
const TIMEOUTS = { connectMs: 15_000, silenceMs: 60_000 }

/**
 * Sends one mail to the operator with the headers, the signature and the connection that every message gets, beside
 * the messages. Throws smtp.not-set, dkim.cannot-sign, message.bad-address; what the mail server says is a result.
 */
export async function sendDirectly(
  { config, clock }: Pick<Deps, 'config' | 'clock'>,
  { kind, to, ...email }: DirectMail,
  { dryRun = false } = {},
): Promise<Sent> {
  if (!config.SMTP_URL) throw new Fault('smtp.not-set')
  const dkim = await openDkim(config)
  const message = { kind, id: randomId(96), datedAt: clock.now(), toAddress: to }
  const mail = addressed(message, email, senderOf(config))
  const raw = await buildMime(mail, dkim)
  const made = { signedBy: nameOf(dkim), messageId: mail.messageId, bytes: raw.length }
  if (dryRun) return { ...made, ms: 0 }
  return { ...made, ...(await send(config.SMTP_URL, mail, raw)) }
}

const nameOf = (dkim: DkimKey | undefined): string | null =>
  dkim ? `${dkim.selector}._domainkey.${dkim.domain}` : null

async function send(
  smtp: Parameters<typeof openSmtp>[0],
  { envelope }: OutgoingMail,
  raw: Buffer,
): Promise<Pick<Sent, 'result' | 'tls' | 'ms'>> {
  const client = openSmtp(smtp, { timeouts: TIMEOUTS })
  const begun = stopwatch()
  const result = await client.send({ ...envelope, raw })
  const sent = { result, tls: client.tls(), ms: Math.round(stopwatch() - begun) }
  client.close()
  return sent
}
