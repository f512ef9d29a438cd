import { createPublicKey, verify } from 'node:crypto'
import { z } from 'zod'
import { undefinedIfThrown } from '../../core/errors.ts'
import { object, parseJsonEvents, text } from '../json-fields.ts'
import type { BounceClass } from '../reading/parsed-bounce.ts'
import { type Provider, requireRecent, requireSigned } from './provider.ts'
import { type Meanings, meaningOfWord, type ProviderEvent } from './provider-event.ts'

const publicKeyIn = (text: string) =>
  createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })

/** SendGrid's public key: base64 of DER (SPKI), on the curve P-256. */
const verificationKey = z
  .string()
  .refine(
    (text) => undefinedIfThrown(() => publicKeyIn(text))?.asymmetricKeyDetails?.namedCurve === 'prime256v1',
    'the verification key of the Signed Event Webhook, as SendGrid shows it',
  )

const BODY = object({
  email: text,
  event: text,
  type: text,
  status: text,
  reason: text,
  response: text,
  // The Message-ID of our email.
  'smtp-id': text,
})

const EVENTS: Meanings = {
  spamreport: 'complaint',
  unsubscribe: 'unsubscribe',
  group_unsubscribe: 'unsubscribe',
}

/** It retries for 24 hours: https://docs.sendgrid.com/for-developers/tracking-events/troubleshooting */
const MAX_AGE_HOURS = 25

export const sendgrid = {
  name: 'sendgrid',
  setting: { name: 'SENDGRID_WEBHOOK_KEY', takes: verificationKey, isSecret: true },
  messageId: /(?:sendgrid\.(?:net|com|info)|ismtpd[\w.-]*)>?$/i,
  /** The documentation does not say whether a retry gets a new signature. The same body is stored only once anyway. */
  prove: ({ clock }, { headers, raw }, key) => {
    const signature = String(headers['x-twilio-email-event-webhook-signature'] ?? '')
    const timestamp = String(headers['x-twilio-email-event-webhook-timestamp'] ?? '')
    const isSigned = isSignedBySendgrid({ key, signature, timestamp, raw })
    requireSigned(isSigned, { provider: 'sendgrid', setting: 'SENDGRID_WEBHOOK_KEY' })
    requireRecent('sendgrid', Number(timestamp) * 1000, { now: clock.now(), hours: MAX_AGE_HOURS })
    return true
  },
  read: (raw) => parseJsonEvents(raw).map(toProviderEvent),
} as const satisfies Provider

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
  const signed = Buffer.concat([Buffer.from(timestamp), raw])
  return verify('sha256', signed, publicKeyIn(key), Buffer.from(signature, 'base64'))
}

/** https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */
function toProviderEvent(body: object): ProviderEvent {
  const { event, type, reason, response, status, email, 'smtp-id': messageId } = BODY.parse(body)
  const named = { recipient: email, messageIds: [messageId] }
  switch (event) {
    case 'bounce':
      // A block is a bounce of type "blocked"; the address may be valid.
      return { ...named, meaning: type === 'blocked' ? 'blocked' : 'hard', status, reply: reason }
    case 'dropped':
      return { ...named, meaning: meaningOfDropped(reason), reply: reason }
    case 'deferred':
      return { ...named, meaning: 'delayed', reply: response }
    default:
      return { ...named, meaning: meaningOfWord(EVENTS, event) }
  }
}

/** Why SendGrid did not send the email: the recipient's earlier bounces or complaints, or the email's content. */
function meaningOfDropped(reason: string): BounceClass {
  if (/^spam reporting address/i.test(reason)) return 'complaint'
  if (/^unsubscribed address/i.test(reason)) return 'unsubscribe'
  return /^(?:bounced address|invalid$)/i.test(reason) ? 'dead' : 'policy'
}
