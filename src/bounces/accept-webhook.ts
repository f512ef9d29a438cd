import type { IncomingHttpHeaders } from 'node:http'
import type { Config } from '../config/config.ts'
import type { ServiceDeps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { isSameSecret } from '../core/same-secret.ts'
import { acceptReport } from './accept-report.ts'
import { verifiedMailgunSignature } from './providers/mailgun.ts'
import { isSignedBySendgrid } from './providers/sendgrid.ts'
import { certificateUrl, confirmationUrl, isSignedBy, parseSnsMessage } from './providers/sns.ts'
import type { SnsClient } from './providers/sns-client.ts'
import { bindToken } from './providers/used-token.repo.ts'
import type { Provider } from './report.repo.ts'

export interface WebhookDeps extends ServiceDeps {
  sns: SnsClient
}

export interface WebhookRequest {
  headers: IncomingHttpHeaders
  /** The body, byte for byte. */
  raw: Uint8Array
}

/** The setting by which each maker proves who it is; without it, nothing is taken from that maker. */
export const PROVIDER_SETTINGS = {
  ses: 'SES_TOPIC_ARN',
  sendgrid: 'SENDGRID_WEBHOOK_KEY',
  mailgun: 'MAILGUN_WEBHOOK_KEY',
  postmark: 'POSTMARK_WEBHOOK_LOGIN',
  brevo: 'BREVO_WEBHOOK_TOKEN',
} as const satisfies Record<Provider, keyof Config>

const HOUR_MS = 3600_000

/** How old a signature may be: as long as its maker goes on trying, and a little more. */
const MAX_AGE_MS = {
  // An hour at most: https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
  ses: 2 * HOUR_MS,
  // 24 hours: https://docs.sendgrid.com/for-developers/tracking-events/troubleshooting
  sendgrid: 25 * HOUR_MS,
  // 8 hours: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-retries
  mailgun: 9 * HOUR_MS,
}
const CLOCKS_DIFFER_MS = 300_000

type AcceptProvider = (deps: WebhookDeps, posted: WebhookRequest) => Promise<void>

const ACCEPTORS: Record<Provider, AcceptProvider> = {
  ses: acceptSns,
  sendgrid: acceptSendgrid,
  mailgun: acceptMailgun,
  postmark: acceptPostmark,
  brevo: acceptBrevo,
}

/**
 * Writes down the body of a webhook that proves whose it is; one that came before changes nothing. Throws webhook.* and
 * report.unreadable.
 */
export const acceptWebhook = (
  deps: WebhookDeps,
  { maker: provider, ...posted }: WebhookRequest & { maker: Provider },
): Promise<void> => ACCEPTORS[provider](deps, posted)

/** The topic and the age are looked at before a certificate is asked for. */
async function acceptSns(deps: WebhookDeps, { raw }: WebhookRequest): Promise<void> {
  const message = parseSnsMessage(raw)
  const topic = deps.config.SES_TOPIC_ARN!
  if (message.TopicArn !== topic) throw new Fault('webhook.other-topic')
  const now = deps.clock.now()
  requireRecent('ses', Date.parse(message.Timestamp ?? ''), now)
  const pem = await deps.sns.certificate(certificateUrl(message))
  if (!isSignedBy(pem, message, now)) throw new Fault('webhook.unsigned', { maker: 'ses' })
  if (message.Type === 'SubscriptionConfirmation') {
    await deps.sns.confirm(confirmationUrl(message, topic))
    deps.log.info('webhook.confirmed', { way: 'ses' })
  } else if (message.Type === 'Notification') await acceptReport(deps, { way: 'ses', recipient: null, raw })
}

/** A retry may be signed anew or not: its documents do not say. The same body is kept once anyway. */
async function acceptSendgrid(deps: WebhookDeps, { headers, raw }: WebhookRequest): Promise<void> {
  const signature = headerIn(headers, 'x-twilio-email-event-webhook-signature')
  const timestamp = headerIn(headers, 'x-twilio-email-event-webhook-timestamp')
  const key = deps.config.SENDGRID_WEBHOOK_KEY!
  if (!isSignedBySendgrid({ key, signature, timestamp, raw }))
    throw new Fault('webhook.unsigned', { maker: 'sendgrid' })
  requireRecent('sendgrid', Number(timestamp) * 1000, deps.clock.now())
  await acceptReport(deps, { way: 'sendgrid', recipient: null, raw })
}

/** Its retries carry the first signature, which does not cover the event: each token is bound to the body it came with. */
async function acceptMailgun(deps: WebhookDeps, { raw }: WebhookRequest): Promise<void> {
  const signature = verifiedMailgunSignature(raw, deps.config.MAILGUN_WEBHOOK_KEY!)
  if (!signature) throw new Fault('webhook.unsigned', { maker: 'mailgun' })
  const { token } = signature
  const at = Number(signature.timestamp) * 1000
  requireRecent('mailgun', at, deps.clock.now())
  if (!(await bindToken(deps.db, { token, raw, at: new Date(at) }))) throw new Fault('webhook.token-used')
  await acceptReport(deps, { way: 'mailgun', recipient: null, raw })
}

async function acceptPostmark(deps: WebhookDeps, { headers, raw }: WebhookRequest): Promise<void> {
  const isRight = isSameSecret(basicIn(headers), deps.config.POSTMARK_WEBHOOK_LOGIN!)
  if (!isRight) throw new Fault('webhook.unsigned', { maker: 'postmark' })
  await acceptReport(deps, { way: 'postmark', recipient: null, raw })
}

/** As a bearer token, or as the password of whatever user. https://developers.brevo.com/docs/secured-webhooks */
async function acceptBrevo(deps: WebhookDeps, { headers, raw }: WebhookRequest): Promise<void> {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  const sent = bearer ?? basicIn(headers).replace(/^[^:]*:/, '')
  if (!isSameSecret(sent, deps.config.BREVO_WEBHOOK_TOKEN!))
    throw new Fault('webhook.unsigned', { maker: 'brevo' })
  await acceptReport(deps, { way: 'brevo', recipient: null, raw })
}

function requireRecent(provider: keyof typeof MAX_AGE_MS, at: number, now: Date): void {
  const age = now.getTime() - at
  // Not a number is neither.
  if (!(age <= MAX_AGE_MS[provider] && age >= -CLOCKS_DIFFER_MS))
    throw new Fault('webhook.too-old', { maker: provider, hours: MAX_AGE_MS[provider] / HOUR_MS })
}

const headerIn = (headers: IncomingHttpHeaders, name: string): string => String(headers[name] ?? '')

/** "user:password"; "" where none was sent. */
function basicIn({ authorization = '' }: IncomingHttpHeaders): string {
  const encoded = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization)?.[1] ?? ''
  return Buffer.from(encoded, 'base64').toString()
}
