import { createPublicKey, verify } from 'node:crypto'
import {
  type BounceEvent,
  type BounceTarget,
  type JsonFields,
  NOT_A_REPORT,
  parseEvents,
  toBounceEvent,
  toFailureEvent,
  toTarget,
  toText,
} from './to-bounce-event.ts'

export interface SignedBody {
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

/** https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event. Throws report.unreadable. */
export const readSendgrid = (raw: Uint8Array): BounceEvent[] => parseEvents(raw).map(readEvent)

function readEvent(event: JsonFields): BounceEvent {
  // smtp-id is the Message-ID of our email.
  const named = toTarget(event.email, event['smtp-id'])
  switch (event.event) {
    case 'bounce':
      return readBounce(event, named)
    case 'dropped':
      return readDropped(event, named)
    case 'deferred':
      return toBounceEvent('delayed', named, toText(event.response))
    case 'spamreport':
      return toBounceEvent('complaint', named)
    case 'unsubscribe':
    case 'group_unsubscribe':
      return toBounceEvent('unsubscribe', named)
    default:
      return NOT_A_REPORT
  }
}

/** A block is a bounce of type "blocked"; the address may be valid. */
const readBounce = (event: JsonFields, named: BounceTarget): BounceEvent =>
  toFailureEvent({
    ...named,
    kind: event.type === 'blocked' ? 'blocked' : 'hard',
    status: toText(event.status),
    said: toText(event.reason),
  })

/**
 * SendGrid did not send the email, because of the recipient's earlier bounces or complaints or because of the email's
 * content.
 */
function readDropped(event: JsonFields, named: BounceTarget): BounceEvent {
  const reason = toText(event.reason)
  if (/^spam reporting address/i.test(reason)) return toBounceEvent('complaint', named, reason)
  if (/^unsubscribed address/i.test(reason)) return toBounceEvent('unsubscribe', named, reason)
  const isDead = /^(?:bounced address|invalid$)/i.test(reason)
  return toBounceEvent(isDead ? 'dead' : 'policy', named, reason)
}
