import {
  type BounceEvent,
  type JsonFields,
  NOT_A_REPORT,
  parseEvents,
  toBounceEvent,
  toFailureEvent,
  toTarget,
  toText,
} from './to-bounce-event.ts'

/**
 * Reads transactional and marketing events, one object or a list.
 * https://developers.brevo.com/docs/transactional-webhooks
 * Throws report.unreadable.
 */
export const readBrevo = (raw: Uint8Array): BounceEvent[] => parseEvents(raw).map(readEvent)

function readEvent(event: JsonFields): BounceEvent {
  const named = toTarget(event.email, event['message-id'])
  const said = toText(event.reason)
  // The documentation has both "hard_bounce" and "hardBounce".
  switch (toText(event.event).toLowerCase().replaceAll('_', '')) {
    case 'hardbounce':
    case 'invalidemail':
    case 'invalid':
      return toFailureEvent({ ...named, kind: 'hard', status: '', said })
    case 'softbounce':
      return toFailureEvent({ ...named, kind: 'soft', status: '', said })
    case 'blocked':
      return toBounceEvent('policy', named, said)
    case 'error':
      return toFailureEvent({ ...named, kind: 'unsaid', status: '', said })
    case 'deferred':
      return toBounceEvent('delayed', named, said)
    case 'spam':
    case 'complaint':
      return toBounceEvent('complaint', named)
    case 'unsubscribed':
    case 'unsubscribe':
      return toBounceEvent('unsubscribe', named)
    default:
      return NOT_A_REPORT
  }
}
