import type { About } from '../reading/about.ts'
import type { Told } from '../told.ts'
import { eventsIn, type Fields, wordIn } from './fields.ts'
import { type Failure, type Named, NOT_A_REPORT, tell, tellFailure } from './tell.ts'

/** https://postmarkapp.com/developer/webhooks/webhooks-overview. Throws report.unreadable. */
export const readPostmark = (raw: Uint8Array): Told[] => eventsIn(raw).map(readEvent)

function readEvent(event: Fields): Told {
  const named = namedIn(event)
  switch (event.RecordType) {
    case 'Bounce':
      return readBounce(event, named)
    case 'SpamComplaint':
      return tell('complaint', named)
    case 'SubscriptionChange':
      return readChange(event, named)
    default:
      return NOT_A_REPORT
  }
}

function namedIn(event: Fields): Named {
  return { recipient: wordIn(event.Email) || wordIn(event.Recipient), about: aboutIn(wordIn(event.Content)) }
}

const OWN_FIELD = /^X-Daily-Papers-Message:[ \t]*(\S{1,500})/gim
const MESSAGE_ID = /^Message-ID:[ \t]*(<[^<>\s]{1,500}>)/gim

/** MessageID is Postmark's own. What names the mail stands in the whole bounce, where the webhook includes that. */
const aboutIn = (content: string): About => ({
  tokens: [...content.matchAll(OWN_FIELD)].map(([, token = '']) => token),
  messageIds: [...content.matchAll(MESSAGE_ID)].map(([, id = '']) => id),
})

/** https://postmarkapp.com/developer/api/bounce-api#bounce-types */
const KINDS: Record<string, Failure['kind']> = {
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

/** Notices that it files under bounces too. */
const OTHERS: Record<string, Told['class']> = {
  SpamComplaint: 'complaint',
  Unsubscribe: 'unsubscribe',
  AutoResponder: 'auto-reply',
  ChallengeVerification: 'auto-reply',
}

function readBounce(event: Fields, named: Named): Told {
  const type = wordIn(event.Type)
  const said = wordIn(event.Details) || wordIn(event.Description)
  const other = OTHERS[type]
  if (other) return tell(other, named, said)
  const kind = KINDS[type] ?? 'unsaid'
  return tellFailure({ ...named, kind, status: '', said })
}

/** A bounce or a complaint behind a change has a webhook of its own, with the words. */
function readChange(event: Fields, named: Named): Told {
  const isTheirs = event.SuppressSending === true && event.Origin === 'Recipient'
  if (!isTheirs) return NOT_A_REPORT
  if (event.SuppressionReason === 'SpamComplaint') return tell('complaint', named)
  return event.SuppressionReason === 'ManualSuppression' ? tell('unsubscribe', named) : NOT_A_REPORT
}
