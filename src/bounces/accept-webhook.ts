import { createHmac, createPublicKey, verify, X509Certificate } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import { HOUR_MS } from '../core/dates.ts'
import type { ServiceDeps } from '../core/deps.ts'
import { Fault, undefinedIfThrown } from '../core/errors.ts'
import { isSameSecret } from '../core/secrets.ts'
import { acceptReport } from './accept-report.ts'
import { object, text } from './providers/provider-event.ts'
import { eventsIn, parseJsonBody } from './providers/read-provider-report.ts'
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

/** Throws webhook.*; false if the body is genuine and no report. */
type ProveReport = (deps: WebhookDeps, posted: WebhookRequest) => Promise<boolean> | boolean

const PROOFS: Record<Provider, ProveReport> = {
  ses: proveSns,
  sendgrid: proveSendgrid,
  mailgun: proveMailgun,
  postmark: provePostmark,
  brevo: proveBrevo,
}

/**
 * Stores the body of a webhook if the provider has proved its identity. A body that was stored before changes nothing.
 * Throws webhook.* and report.unreadable.
 */
export async function acceptWebhook(
  deps: WebhookDeps,
  { provider, ...request }: WebhookRequest & { provider: Provider },
): Promise<void> {
  if (await PROOFS[provider](deps, request))
    await acceptReport(deps, { channel: provider, recipient: null, raw: request.raw })
}

function requireSigned(provider: Provider, isSigned: boolean): void {
  if (!isSigned) throw new Fault('webhook.unsigned', { provider })
}

/** Checks the topic and the age before it fetches a certificate. */
async function proveSns(deps: WebhookDeps, { raw }: WebhookRequest): Promise<boolean> {
  const message = parseSnsMessage(raw)
  const topic = deps.config.SES_TOPIC_ARN!
  if (message.TopicArn !== topic) throw new Fault('webhook.other-topic')
  const now = deps.clock.now()
  requireRecent('ses', Date.parse(message.Timestamp ?? ''), now)
  const pem = await deps.sns.certificate(certificateUrl(message))
  requireSigned('ses', isSignedBy(pem, message, now))
  if (message.Type === 'SubscriptionConfirmation') {
    await deps.sns.confirm(confirmationUrl(message, topic))
    deps.log.info('webhook.confirmed', { channel: 'ses' })
  }
  return message.Type === 'Notification'
}

interface SignedBody {
  /** The public key of the webhook: base64 of DER (SPKI). */
  key: string
  /** Headers X-Twilio-Email-Event-Webhook-Signature (base64 of DER) and -Timestamp. */
  signature: string
  timestamp: string
  raw: Uint8Array
}

/**
 * Whether SendGrid signed exactly these bytes: ECDSA with SHA-256 over timestamp and body.
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 */
export function isSignedBySendgrid({ key, signature, timestamp, raw }: SignedBody): boolean {
  const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' })
  const signed = Buffer.concat([Buffer.from(timestamp), raw])
  return verify('sha256', signed, publicKey, Buffer.from(signature, 'base64'))
}

/** The documentation does not say whether a retry gets a new signature. The same body is stored only once anyway. */
function proveSendgrid({ config, clock }: WebhookDeps, { headers, raw }: WebhookRequest): boolean {
  const signature = headerIn(headers, 'x-twilio-email-event-webhook-signature')
  const timestamp = headerIn(headers, 'x-twilio-email-event-webhook-timestamp')
  const key = config.SENDGRID_WEBHOOK_KEY!
  requireSigned('sendgrid', isSignedBySendgrid({ key, signature, timestamp, raw }))
  requireRecent('sendgrid', Number(timestamp) * 1000, clock.now())
  return true
}

const MAILGUN_SIGNATURE = object({
  signature: object({ timestamp: text, token: text, signature: text, 'parent-signature': text }),
})

/**
 * The time (Unix, in seconds) and token of a body if they are signed: HMAC-SHA256, with the key of this account or of
 * its parent; else null. The event next to them is not signed. Throws report.unreadable.
 * https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
 */
export function verifiedMailgunSignature(
  raw: Uint8Array,
  key: string,
): { timestamp: string; token: string } | null {
  const { timestamp, token, ...sent } = MAILGUN_SIGNATURE.parse(eventsIn(raw)[0]).signature
  const right = createHmac('sha256', key).update(`${timestamp}${token}`).digest('hex')
  const isRight = Object.values(sent).some((one) => isSameSecret(one.toLowerCase(), right))
  return isRight && timestamp && token ? { timestamp, token } : null
}

/**
 * Retries have the first signature, which does not cover the event. So each token is bound to the body that it first
 * arrived with.
 */
async function proveMailgun(deps: WebhookDeps, { raw }: WebhookRequest): Promise<boolean> {
  const signature = verifiedMailgunSignature(raw, deps.config.MAILGUN_WEBHOOK_KEY!)
  if (!signature) throw new Fault('webhook.unsigned', { provider: 'mailgun' })
  const { token } = signature
  const at = Number(signature.timestamp) * 1000
  requireRecent('mailgun', at, deps.clock.now())
  if (!(await bindToken(deps.db, { token, raw, at: new Date(at) }))) throw new Fault('webhook.token-used')
  return true
}

function provePostmark({ config }: WebhookDeps, { headers }: WebhookRequest): boolean {
  requireSigned('postmark', isSameSecret(basicIn(headers), config.POSTMARK_WEBHOOK_LOGIN!))
  return true
}

/**
 * Accepts the key as a bearer token, or as the password of any user. https://developers.brevo.com/docs/secured-webhooks
 */
function proveBrevo({ config }: WebhookDeps, { headers }: WebhookRequest): boolean {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  const sent = bearer ?? basicIn(headers).replace(/^[^:]*:/, '')
  requireSigned('brevo', isSameSecret(sent, config.BREVO_WEBHOOK_TOKEN!))
  return true
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

const field = z.string().optional().catch(undefined)

/** A message as SNS posts it: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
const SNS_MESSAGE = object({
  Type: field,
  MessageId: field,
  TopicArn: field,
  Subject: field,
  Message: field,
  Timestamp: field,
  SignatureVersion: field,
  Signature: field,
  SigningCertURL: field,
  SubscribeURL: field,
  Token: field,
})
export type SnsMessage = z.infer<typeof SNS_MESSAGE>

/** The text fields of a body; none if it is not one object. Throws report.unreadable. */
export const parseSnsMessage = (raw: Uint8Array): SnsMessage => SNS_MESSAGE.parse(parseJsonBody(raw))

const SIGNED = [
  'Message',
  'MessageId',
  'Subject',
  'SubscribeURL',
  'Timestamp',
  'Token',
  'TopicArn',
  'Type',
] as const

/**
 * The string that SNS signs: names and values, one per line with a final line feed; Subject only if present.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
export function signedText(message: SnsMessage): string {
  const others: string[] = message.Type === 'Notification' ? ['SubscribeURL', 'Token'] : ['Subject']
  return SIGNED.filter((name) => message[name] !== undefined && !others.includes(name))
    .map((name) => `${name}\n${message[name]}\n`)
    .join('')
}

const ALGORITHMS: Record<string, string> = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' }

/** Whether the key of this certificate (PEM) signed the message, and the certificate is valid now. */
export function isSignedBy(pem: string, message: SnsMessage, now: Date): boolean {
  const algorithm = ALGORITHMS[message.SignatureVersion ?? '']
  const certificate = undefinedIfThrown(() => new X509Certificate(pem))
  if (!algorithm || !certificate || certificate.publicKey.asymmetricKeyType !== 'rsa') return false
  if (now < certificate.validFromDate || now > certificate.validToDate) return false
  const signature = Buffer.from(message.Signature ?? '', 'base64')
  return verify(algorithm, Buffer.from(signedText(message)), certificate.publicKey, signature)
}

const HOST = /^sns\.[a-z]{2}[a-z0-9-]{1,30}\.amazonaws\.com(?:\.cn)?$/

/** Undefined for any URL that is not on a host of SNS: anyone can sign with a key of their own. */
function snsAddress(text = ''): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  // SNS writes no URL that the parser has to normalise, such as one with a port, a user or a backslash.
  const isPlain =
    url?.href === text && url.origin === `https://${url.hostname}` && !url.username && !url.password
  return isPlain && HOST.test(url.hostname) ? url : undefined
}

/** The URL of a message's certificate. Throws webhook.unsigned for a URL outside SNS. */
export function certificateUrl({ SigningCertURL }: SnsMessage): URL {
  const url = snsAddress(SigningCertURL)
  const isCertificate = url && /^\/SimpleNotificationService-[\w-]{1,100}\.pem$/.test(url.pathname)
  if (!isCertificate || url.search || url.hash) throw new Fault('webhook.unsigned', { provider: 'ses' })
  return url
}

/** The URL that confirms a subscription to this topic. Throws webhook.unsigned for any other URL. */
export function confirmationUrl({ SubscribeURL }: SnsMessage, topic: string): URL {
  const url = snsAddress(SubscribeURL)
  const asked = url?.searchParams
  if (!url || asked?.get('Action') !== 'ConfirmSubscription' || asked.get('TopicArn') !== topic)
    throw new Fault('webhook.unsigned', { provider: 'ses' })
  return url
}
