import type { MessageReferences } from '../reading/split-report.ts'
import {
  type BounceEvent,
  type BounceTarget,
  type JsonFields,
  NOT_A_REPORT,
  type ProviderFailure,
  parseEvents,
  toBounceEvent,
  toFailureEvent,
  toText,
} from './to-bounce-event.ts'

/** https://postmarkapp.com/developer/webhooks/webhooks-overview. Throws report.unreadable. */
export const readPostmark = (raw: Uint8Array): BounceEvent[] => parseEvents(raw).map(readEvent)

function readEvent(event: JsonFields): BounceEvent {
  const named = namedIn(event)
  switch (event.RecordType) {
    case 'Bounce':
      return readBounce(event, named)
    case 'SpamComplaint':
      return toBounceEvent('complaint', named)
    case 'SubscriptionChange':
      return readChange(event, named)
    default:
      return NOT_A_REPORT
  }
}

function namedIn(event: JsonFields): BounceTarget {
  return { recipient: toText(event.Email) || toText(event.Recipient), about: aboutIn(toText(event.Content)) }
}

const OWN_FIELD = /^X-Daily-Papers-Message:[ \t]*(\S{1,500})/gim
const MESSAGE_ID = /^Message-ID:[ \t]*(<[^<>\s]{1,500}>)/gim

/** MessageID is Postmark's own. Our references are in the full bounce, if the webhook includes it. */
const aboutIn = (content: string): MessageReferences => ({
  tokens: [...content.matchAll(OWN_FIELD)].map(([, token = '']) => token),
  messageIds: [...content.matchAll(MESSAGE_ID)].map(([, id = '']) => id),
})

/** https://postmarkapp.com/developer/api/bounce-api#bounce-types */
const KINDS: Record<string, ProviderFailure['kind']> = {
  HardBounce: 'hard',
  BadEmailAddress: 'hard',
  SoftBounce: 'soft',
  Transient: 'soft',
  DnsError: 'soft',
  Blocked: 'blocked',
  SpamNotification: 'blocked',
  VirusNotification: 'blocked',
  DMARCPolicy: 'blocked',
}

/** Notifications that Postmark also reports as bounces. */
const OTHERS: Record<string, BounceEvent['class']> = {
  SpamComplaint: 'complaint',
  Unsubscribe: 'unsubscribe',
  AutoResponder: 'auto-reply',
  ChallengeVerification: 'auto-reply',
}

function readBounce(event: JsonFields, named: BounceTarget): BounceEvent {
  const type = toText(event.Type)
  const said = toText(event.Details) || toText(event.Description)
  const other = OTHERS[type]
  if (other) return toBounceEvent(other, named, said)
  const kind = KINDS[type] ?? 'unsaid'
  return toFailureEvent({ ...named, kind, status: '', said })
}

/** Reads a subscription change. If a bounce or a complaint caused it, a separate webhook has the details. */
function readChange(event: JsonFields, named: BounceTarget): BounceEvent {
  const isTheirs = event.SuppressSending === true && event.Origin === 'Recipient'
  if (!isTheirs) return NOT_A_REPORT
  if (event.SuppressionReason === 'SpamComplaint') return toBounceEvent('complaint', named)
  return event.SuppressionReason === 'ManualSuppression' ? toBounceEvent('unsubscribe', named) : NOT_A_REPORT
}
