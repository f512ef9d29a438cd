import { createHmac } from 'node:crypto'
import { isSameSecret } from '../../core/secrets.ts'
import {
  type BounceEvent,
  type BounceTarget,
  type JsonFields,
  NOT_A_REPORT,
  parseEvents,
  toBounceEvent,
  toFailureEvent,
  toFields,
  toTarget,
  toText,
} from './to-bounce-event.ts'

/** The signed part of a Mailgun body. The event next to it is not signed. */
export interface MailgunSignature {
  /** Unix time in seconds. */
  timestamp: string
  /** One per event; retries repeat it. */
  token: string
}

/**
 * Returns the signature of a body if it is valid: HMAC-SHA256 over timestamp and token, with the key of this account or
 * of its parent; else null. https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
 * Throws report.unreadable.
 */
export function verifiedMailgunSignature(raw: Uint8Array, key: string): MailgunSignature | null {
  const signature = toFields(toFields(parseEvents(raw)[0]).signature)
  const [timestamp, token] = [toText(signature.timestamp), toText(signature.token)]
  const right = createHmac('sha256', key).update(`${timestamp}${token}`).digest('hex')
  const isRight = [signature.signature, signature['parent-signature']].some(
    (sent) => typeof sent === 'string' && isSameSecret(sent.toLowerCase(), right),
  )
  return isRight && timestamp && token ? { timestamp, token } : null
}

/** https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure. Throws report.unreadable. */
export const readMailgun = (raw: Uint8Array): BounceEvent[] =>
  parseEvents(raw).map((body) => readEvent(toFields(body['event-data'])))

function readEvent(event: JsonFields): BounceEvent {
  // Without angle brackets.
  const messageId = toFields(toFields(event.message).headers)['message-id']
  const named = toTarget(event.recipient, messageId)
  switch (event.event) {
    case 'failed':
      return event.severity === 'temporary'
        ? toBounceEvent('delayed', named, saidIn(event)) // Mailgun retries
        : readFailed(event, named)
    case 'rejected':
      return toBounceEvent('policy', named, toText(toFields(event.reject).reason))
    case 'complained':
      return toBounceEvent('complaint', named)
    case 'unsubscribed':
      return toBounceEvent('unsubscribe', named)
    default:
      return NOT_A_REPORT
  }
}

/** A reason that begins with "suppress-" means that Mailgun's own suppression list stopped the email. */
function readFailed(event: JsonFields, named: BounceTarget): BounceEvent {
  const status = toFields(event['delivery-status'])
  const said = saidIn(event)
  switch (event.reason) {
    case 'suppress-complaint':
      return toBounceEvent('complaint', named, said)
    case 'suppress-unsubscribe':
      return toBounceEvent('unsubscribe', named, said)
    case 'suppress-bounce':
      return toBounceEvent('dead', named, said)
    case 'old': // Mailgun stopped retrying
      return toFailureEvent({ ...named, kind: 'soft', status: toText(status['enhanced-code']), said })
    default:
      return toFailureEvent({
        ...named,
        kind: 'hard',
        status: toText(status['enhanced-code']),
        code: toText(status.code),
        said,
      })
  }
}

function saidIn(event: JsonFields): string {
  const { message, description } = toFields(event['delivery-status'])
  return toText(message) || toText(description)
}
