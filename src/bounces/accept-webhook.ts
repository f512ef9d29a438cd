import type { IncomingHttpHeaders } from 'node:http'
import type { Config } from '../config/config.ts'
import type { ServiceDeps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { isSameSecret } from '../core/secrets.ts'
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

/** The setting with which a provider proves its identity. Without it, webhooks of that provider are rejected. */
export const PROVIDER_SETTINGS = {
  ses: 'SES_TOPIC_ARN',
  sendgrid: 'SENDGRID_WEBHOOK_KEY',
  mailgun: 'MAILGUN_WEBHOOK_KEY',
  postmark: 'POSTMARK_WEBHOOK_LOGIN',
  brevo: 'BREVO_WEBHOOK_TOKEN',
} as const satisfies Record<Provider, keyof Config>

const HOUR_MS = 3600_000

/** Oldest signature that is accepted: a little longer than the provider keeps retrying. */
const MAX_AGE_MS = {
  // Up to one hour: https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
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
 * Stores the body of a webhook if the provider has proved its identity. A body that was stored before changes nothing.
 * Throws webhook.* and report.unreadable.
 */
export const acceptWebhook = (
  deps: WebhookDeps,
  { provider, ...request }: WebhookRequest & { provider: Provider },
): Promise<void> => ACCEPTORS[provider](deps, request)

/** Checks the topic and the age before it fetches a certificate. */
async function acceptSns(deps: WebhookDeps, { raw }: WebhookRequest): Promise<void> {
  const message = parseSnsMessage(raw)
  const topic = deps.config.SES_TOPIC_ARN!
  if (message.TopicArn !== topic) throw new Fault('webhook.other-topic')
  const now = deps.clock.now()
  requireRecent('ses', Date.parse(message.Timestamp ?? ''), now)
  const pem = await deps.sns.certificate(certificateUrl(message))
  if (!isSignedBy(pem, message, now)) throw new Fault('webhook.unsigned', { provider: 'ses' })
  if (message.Type === 'SubscriptionConfirmation') {
    await deps.sns.confirm(confirmationUrl(message, topic))
    deps.log.info('webhook.confirmed', { channel: 'ses' })
  } else if (message.Type === 'Notification')
    await acceptReport(deps, { channel: 'ses', recipient: null, raw })
}

/** The documentation does not say whether a retry gets a new signature. The same body is stored only once anyway. */
async function acceptSendgrid(deps: WebhookDeps, { headers, raw }: WebhookRequest): Promise<void> {
  const signature = headerIn(headers, 'x-twilio-email-event-webhook-signature')
  const timestamp = headerIn(headers, 'x-twilio-email-event-webhook-timestamp')
  const key = deps.config.SENDGRID_WEBHOOK_KEY!
  if (!isSignedBySendgrid({ key, signature, timestamp, raw }))
    throw new Fault('webhook.unsigned', { provider: 'sendgrid' })
  requireRecent('sendgrid', Number(timestamp) * 1000, deps.clock.now())
  await acceptReport(deps, { channel: 'sendgrid', recipient: null, raw })
}

/**
 * Retries have the first signature, which does not cover the event. So each token is bound to the body that it first
 * arrived with.
 */
async function acceptMailgun(deps: WebhookDeps, { raw }: WebhookRequest): Promise<void> {
  const signature = verifiedMailgunSignature(raw, deps.config.MAILGUN_WEBHOOK_KEY!)
  if (!signature) throw new Fault('webhook.unsigned', { provider: 'mailgun' })
  const { token } = signature
  const at = Number(signature.timestamp) * 1000
  requireRecent('mailgun', at, deps.clock.now())
  if (!(await bindToken(deps.db, { token, raw, at: new Date(at) }))) throw new Fault('webhook.token-used')
  await acceptReport(deps, { channel: 'mailgun', recipient: null, raw })
}

async function acceptPostmark(deps: WebhookDeps, { headers, raw }: WebhookRequest): Promise<void> {
  const isRight = isSameSecret(basicIn(headers), deps.config.POSTMARK_WEBHOOK_LOGIN!)
  if (!isRight) throw new Fault('webhook.unsigned', { provider: 'postmark' })
  await acceptReport(deps, { channel: 'postmark', recipient: null, raw })
}

/**
 * Accepts the key as a bearer token, or as the password of any user. https://developers.brevo.com/docs/secured-webhooks
 */
async function acceptBrevo(deps: WebhookDeps, { headers, raw }: WebhookRequest): Promise<void> {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  const sent = bearer ?? basicIn(headers).replace(/^[^:]*:/, '')
  if (!isSameSecret(sent, deps.config.BREVO_WEBHOOK_TOKEN!))
    throw new Fault('webhook.unsigned', { provider: 'brevo' })
  await acceptReport(deps, { channel: 'brevo', recipient: null, raw })
}

function requireRecent(provider: keyof typeof MAX_AGE_MS, at: number, now: Date): void {
  const age = now.getTime() - at
  // A timestamp that is not a number fails this condition too.
  if (!(age <= MAX_AGE_MS[provider] && age >= -CLOCKS_DIFFER_MS))
    throw new Fault('webhook.too-old', { provider, hours: MAX_AGE_MS[provider] / HOUR_MS })
}

const headerIn = (headers: IncomingHttpHeaders, name: string): string => String(headers[name] ?? '')

/** "user:password"; "" if the header is missing. */
function basicIn({ authorization = '' }: IncomingHttpHeaders): string {
  const encoded = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization)?.[1] ?? ''
  return Buffer.from(encoded, 'base64').toString()
}
