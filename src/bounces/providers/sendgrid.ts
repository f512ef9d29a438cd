import { createPublicKey, verify } from 'node:crypto'
import type { Told } from '../told.ts'
import { eventsIn, type Fields, wordIn } from './fields.ts'
import { type Named, NOT_A_REPORT, tell, tellFailure } from './tell.ts'

export interface SignedBody {
  /** The public key of the webhook: base64 of DER (SPKI). */
  key: string
  /** Headers X-Twilio-Email-Event-Webhook-Signature (base64 of DER) and -Timestamp. */
  signature: string
  timestamp: string
  raw: Uint8Array
}

/**
 * Whether SendGrid signed these very bytes: ECDSA with SHA-256 over timestamp and body.
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 */
export function isOfSendgrid({ key, signature, timestamp, raw }: SignedBody): boolean {
  const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' })
  const signed = Buffer.concat([Buffer.from(timestamp), raw])
  return verify('sha256', signed, publicKey, Buffer.from(signature, 'base64'))
}

/** https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event. Throws report.unreadable. */
export const readSendgrid = (raw: Uint8Array): Told[] => eventsIn(raw).map(readEvent)

function readEvent(event: Fields): Told {
  const named = namedIn(event)
  switch (event.event) {
    case 'bounce':
      return readBounce(event, named)
    case 'dropped':
      return readDropped(event, named)
    case 'deferred':
      return tell('delayed', named, wordIn(event.response))
    case 'spamreport':
      return tell('complaint', named)
    case 'unsubscribe':
    case 'group_unsubscribe':
      return tell('unsubscribe', named)
    default:
      return NOT_A_REPORT
  }
}

/** smtp-id is the Message-ID of the mail that was handed over; no other field of it comes back. */
const namedIn = (event: Fields): Named => ({
  recipient: wordIn(event.email),
  about: { tokens: [], messageIds: [wordIn(event['smtp-id'])].filter(Boolean) },
})

/** A block is a bounce of type "blocked": the address may be a good one. */
const readBounce = (event: Fields, named: Named): Told =>
  tellFailure({
    ...named,
    kind: event.type === 'blocked' ? 'blocked' : 'hard',
    status: wordIn(event.status),
    said: wordIn(event.reason),
  })

/** Not sent at all: for what its recipient did or was before, or for what the mail is. */
function readDropped(event: Fields, named: Named): Told {
  const reason = wordIn(event.reason)
  if (/^spam reporting address/i.test(reason)) return tell('complaint', named, reason)
  if (/^unsubscribed address/i.test(reason)) return tell('unsubscribe', named, reason)
  const isDead = /^(?:bounced address|invalid$)/i.test(reason)
  return tell(isDead ? 'dead' : 'policy', named, reason)
}
