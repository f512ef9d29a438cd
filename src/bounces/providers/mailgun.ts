import { createHmac } from 'node:crypto'
import { isSameSecret } from '../../core/same-secret.ts'
import type { Told } from '../told.ts'
import { eventsIn, type Fields, fieldsOf, wordIn } from './fields.ts'
import { type Named, NOT_A_REPORT, tell, tellFailure } from './tell.ts'

/** What Mailgun signs; the event beside it is not signed. */
export interface MailgunSignature {
  /** Seconds since 1970. */
  timestamp: string
  /** Of one event, and the same whenever it is sent again. */
  token: string
}

/**
 * The signature in a body where it is right: HMAC-SHA256 over timestamp and token, by the key of this account or of the one
 * above it; else null. https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
 * Throws report.unreadable.
 */
export function mailgunSignatureIn(raw: Uint8Array, key: string): MailgunSignature | null {
  const signature = fieldsOf(fieldsOf(eventsIn(raw)[0]).signature)
  const [timestamp, token] = [wordIn(signature.timestamp), wordIn(signature.token)]
  const right = createHmac('sha256', key).update(`${timestamp}${token}`).digest('hex')
  const isRight = [signature.signature, signature['parent-signature']].some(
    (sent) => typeof sent === 'string' && isSameSecret(sent.toLowerCase(), right),
  )
  return isRight && timestamp && token ? { timestamp, token } : null
}

/** https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure. Throws report.unreadable. */
export const readMailgun = (raw: Uint8Array): Told[] =>
  eventsIn(raw).map((body) => readEvent(fieldsOf(body['event-data'])))

function readEvent(event: Fields): Told {
  const named = namedIn(event)
  switch (event.event) {
    case 'failed':
      return event.severity === 'temporary'
        ? tell('delayed', named, saidIn(event)) // it goes on trying
        : readFailed(event, named)
    case 'rejected':
      return tell('policy', named, wordIn(fieldsOf(event.reject).reason))
    case 'complained':
      return tell('complaint', named)
    case 'unsubscribed':
      return tell('unsubscribe', named)
    default:
      return NOT_A_REPORT
  }
}

/** Of the mail's own fields, its Message-ID alone is sure to come back, without angle brackets. */
function namedIn(event: Fields): Named {
  const headers = fieldsOf(fieldsOf(event.message).headers)
  const messageIds = [wordIn(headers['message-id'])].filter(Boolean)
  return { recipient: wordIn(event.recipient), about: { tokens: [], messageIds } }
}

/** Reasons that begin with "suppress-" are of its own list: the mail was not sent. */
function readFailed(event: Fields, named: Named): Told {
  const status = fieldsOf(event['delivery-status'])
  const said = saidIn(event)
  switch (event.reason) {
    case 'suppress-complaint':
      return tell('complaint', named, said)
    case 'suppress-unsubscribe':
      return tell('unsubscribe', named, said)
    case 'suppress-bounce':
      return tell('dead', named, said)
    case 'old': // given up after many tries
      return tellFailure({ ...named, kind: 'soft', status: wordIn(status['enhanced-code']), said })
    default:
      return tellFailure({
        ...named,
        kind: 'hard',
        status: wordIn(status['enhanced-code']),
        code: wordIn(status.code),
        said,
      })
  }
}

function saidIn(event: Fields): string {
  const { message, description } = fieldsOf(event['delivery-status'])
  return wordIn(message) || wordIn(description)
}
