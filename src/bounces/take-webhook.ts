import type { IncomingHttpHeaders } from 'node:http'
import type { Config } from '../config/config.ts'
import type { ServiceDeps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { isSameSecret } from '../core/same-secret.ts'
import { keepReport } from './keep-report.ts'
import { mailgunSignatureIn } from './providers/mailgun.ts'
import { isOfSendgrid } from './providers/sendgrid.ts'
import { certificateAddress, confirmingAddress, isSignedBy, snsMessageIn } from './providers/sns.ts'
import type { SnsClient } from './providers/sns-client.ts'
import { bindToken } from './providers/used-token.repo.ts'
import type { Maker } from './report.repo.ts'

export interface WebhookDeps extends ServiceDeps {
  sns: SnsClient
}

export interface Posted {
  headers: IncomingHttpHeaders
  /** The body, byte for byte. */
  raw: Uint8Array
}

/** The setting by which each maker proves who it is; without it, nothing is taken from that maker. */
export const PROOFS = {
  ses: 'SES_TOPIC_ARN',
  sendgrid: 'SENDGRID_WEBHOOK_KEY',
  mailgun: 'MAILGUN_WEBHOOK_KEY',
  postmark: 'POSTMARK_WEBHOOK_LOGIN',
  brevo: 'BREVO_WEBHOOK_TOKEN',
} as const satisfies Record<Maker, keyof Config>

const HOUR_MS = 3600_000

/** How old a signature may be: as long as its maker goes on trying, and a little more. */
const OLDEST_MS = {
  // An hour at most: https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
  ses: 2 * HOUR_MS,
  // 24 hours: https://docs.sendgrid.com/for-developers/tracking-events/troubleshooting
  sendgrid: 25 * HOUR_MS,
  // 8 hours: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-retries
  mailgun: 9 * HOUR_MS,
}
const CLOCKS_DIFFER_MS = 300_000

type Take = (deps: WebhookDeps, posted: Posted) => Promise<void>

const TAKERS: Record<Maker, Take> = {
  ses: takeOfSns,
  sendgrid: takeOfSendgrid,
  mailgun: takeOfMailgun,
  postmark: takeOfPostmark,
  brevo: takeOfBrevo,
}

/**
 * Writes down the body of a webhook that proves whose it is; one that came before changes nothing. Throws webhook.* and
 * report.unreadable.
 */
export const takeWebhook = (
  deps: WebhookDeps,
  { maker, ...posted }: Posted & { maker: Maker },
): Promise<void> => TAKERS[maker](deps, posted)

/** The topic and the age are looked at before a certificate is asked for. */
async function takeOfSns(deps: WebhookDeps, { raw }: Posted): Promise<void> {
  const message = snsMessageIn(raw)
  const topic = deps.config.SES_TOPIC_ARN!
  if (message.TopicArn !== topic) throw new Fault('webhook.other-topic')
  const now = deps.clock.now()
  requireRecent('ses', Date.parse(message.Timestamp ?? ''), now)
  const pem = await deps.sns.certificate(certificateAddress(message))
  if (!isSignedBy(pem, message, now)) throw new Fault('webhook.unsigned', { maker: 'ses' })
  if (message.Type === 'SubscriptionConfirmation') {
    await deps.sns.confirm(confirmingAddress(message, topic))
    deps.log.info('webhook.confirmed', { way: 'ses' })
  } else if (message.Type === 'Notification') await keepReport(deps, { way: 'ses', recipient: null, raw })
}

/** A retry may be signed anew or not: its documents do not say. The same body is kept once anyway. */
async function takeOfSendgrid(deps: WebhookDeps, { headers, raw }: Posted): Promise<void> {
  const signature = headerIn(headers, 'x-twilio-email-event-webhook-signature')
  const timestamp = headerIn(headers, 'x-twilio-email-event-webhook-timestamp')
  const key = deps.config.SENDGRID_WEBHOOK_KEY!
  if (!isOfSendgrid({ key, signature, timestamp, raw }))
    throw new Fault('webhook.unsigned', { maker: 'sendgrid' })
  requireRecent('sendgrid', Number(timestamp) * 1000, deps.clock.now())
  await keepReport(deps, { way: 'sendgrid', recipient: null, raw })
}

/** Its retries carry the first signature, which does not cover the event: each token is bound to the body it came with. */
async function takeOfMailgun(deps: WebhookDeps, { raw }: Posted): Promise<void> {
  const signature = mailgunSignatureIn(raw, deps.config.MAILGUN_WEBHOOK_KEY!)
  if (!signature) throw new Fault('webhook.unsigned', { maker: 'mailgun' })
  const { token } = signature
  const at = Number(signature.timestamp) * 1000
  requireRecent('mailgun', at, deps.clock.now())
  if (!(await bindToken(deps.db, { token, raw, at: new Date(at) }))) throw new Fault('webhook.token-used')
  await keepReport(deps, { way: 'mailgun', recipient: null, raw })
}

async function takeOfPostmark(deps: WebhookDeps, { headers, raw }: Posted): Promise<void> {
  const isRight = isSameSecret(basicIn(headers), deps.config.POSTMARK_WEBHOOK_LOGIN!)
  if (!isRight) throw new Fault('webhook.unsigned', { maker: 'postmark' })
  await keepReport(deps, { way: 'postmark', recipient: null, raw })
}

/** As a bearer token, or as the password of whatever user. https://developers.brevo.com/docs/secured-webhooks */
async function takeOfBrevo(deps: WebhookDeps, { headers, raw }: Posted): Promise<void> {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  const sent = bearer ?? basicIn(headers).replace(/^[^:]*:/, '')
  if (!isSameSecret(sent, deps.config.BREVO_WEBHOOK_TOKEN!))
    throw new Fault('webhook.unsigned', { maker: 'brevo' })
  await keepReport(deps, { way: 'brevo', recipient: null, raw })
}

function requireRecent(maker: keyof typeof OLDEST_MS, at: number, now: Date): void {
  const age = now.getTime() - at
  // Not a number is neither.
  if (!(age <= OLDEST_MS[maker] && age >= -CLOCKS_DIFFER_MS))
    throw new Fault('webhook.too-old', { maker, hours: OLDEST_MS[maker] / HOUR_MS })
}

const headerIn = (headers: IncomingHttpHeaders, name: string): string => String(headers[name] ?? '')

/** "user:password"; "" where none was sent. */
function basicIn({ authorization = '' }: IncomingHttpHeaders): string {
  const encoded = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization)?.[1] ?? ''
  return Buffer.from(encoded, 'base64').toString()
}
