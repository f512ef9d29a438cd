import { z } from 'zod'
import { password } from '../../config/setting-schemas.ts'
import { isSameSecret } from '../../core/secrets.ts'
import { object, parseJsonEvents, text } from '../json-fields.ts'
import { basicLogin, type Provider, requireSigned } from './provider.ts'
import { type Meanings, meaningOfWord, type ProviderEvent } from './provider-event.ts'

/** "user:password", as in the URL of a webhook. */
const login = z
  .string()
  .refine(
    (text) => /^[^\s:]+:/.test(text) && password.safeParse(text.slice(text.indexOf(':') + 1)).success,
    'user:password, the password of 12 characters or more, for example from: openssl rand -hex 16',
  )

const BODY = object({
  RecordType: text,
  Type: text,
  Email: text,
  Recipient: text,
  /** The full bounce, if the webhook includes it. MessageID is Postmark's own. */
  Content: text,
  Details: text,
  Description: text,
  SuppressSending: z.boolean().catch(false),
  Origin: text,
  SuppressionReason: text,
})

/** https://postmarkapp.com/developer/api/bounce-api#bounce-types */
const BOUNCES: Meanings = {
  HardBounce: 'hard',
  BadEmailAddress: 'hard',
  SoftBounce: 'soft',
  Transient: 'soft',
  DnsError: 'soft',
  Blocked: 'blocked',
  SpamNotification: 'blocked',
  VirusNotification: 'blocked',
  DMARCPolicy: 'blocked',
  SpamComplaint: 'complaint',
  Unsubscribe: 'unsubscribe',
  AutoResponder: 'auto-reply',
  ChallengeVerification: 'auto-reply',
}

/** A change that a bounce caused has a webhook of its own with the details. */
const CHANGES: Meanings = { SpamComplaint: 'complaint', ManualSuppression: 'unsubscribe' }

export const postmark = {
  name: 'postmark',
  setting: { name: 'POSTMARK_WEBHOOK_LOGIN', takes: login, isSecret: true },
  messageId: /(?:mtasv\.net|postmarkapp\.com)>?$/i,
  // It stops retrying only at 403. webhook.unsigned is 401: once the password is fixed, the refused events come again.
  prove: (_deps, { headers }, key) => {
    const isSigned = isSameSecret(basicLogin(headers), key)
    requireSigned(isSigned, { provider: 'postmark', setting: 'POSTMARK_WEBHOOK_LOGIN' })
    return true
  },
  read: (raw) => parseJsonEvents(raw).map(toProviderEvent),
} as const satisfies Provider

/** https://postmarkapp.com/developer/webhooks/webhooks-overview */
function toProviderEvent(body: object): ProviderEvent {
  const event = BODY.parse(body)
  const { Content: content } = event
  return {
    meaning: meaningOf(event),
    recipient: event.Email || event.Recipient,
    tokens: valuesIn(content, OWN_FIELD),
    messageIds: valuesIn(content, MESSAGE_ID),
    reply: event.RecordType === 'Bounce' ? event.Details || event.Description : '',
  }
}

function meaningOf(event: z.infer<typeof BODY>): ProviderEvent['meaning'] {
  switch (event.RecordType) {
    case 'Bounce':
      return meaningOfWord(BOUNCES, event.Type) ?? 'unsaid'
    case 'SpamComplaint':
      return 'complaint'
    case 'SubscriptionChange': {
      const isByRecipient = event.SuppressSending && event.Origin === 'Recipient'
      return isByRecipient ? meaningOfWord(CHANGES, event.SuppressionReason) : undefined
    }
    default:
      return undefined
  }
}

const OWN_FIELD = /^X-Daily-Papers-Message:[ \t]*(\S{1,500})/gim
const MESSAGE_ID = /^Message-ID:[ \t]*(<[^<>\s]{1,500}>)/gim

const valuesIn = (content: string, field: RegExp): string[] =>
  [...content.matchAll(field)].map(([, value = '']) => value)
