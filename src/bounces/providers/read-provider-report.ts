import { z } from 'zod'
import { errorText, Fault } from '../../core/errors.ts'
import { type BounceClass, type BounceEvent, NOT_A_REPORT } from '../reading/parsed-bounce.ts'
import type { Provider } from '../report.repo.ts'
import {
  isFailure,
  isObject,
  list,
  object,
  type ProviderEvent,
  text,
  toBounceEvent,
} from './provider-event.ts'

/**
 * Reads the body of a provider's webhook: one bounce event per recipient of each reported event, or a single
 * not-a-report event if there are none. Throws report.unreadable.
 */
export function readProviderReport(provider: Provider, raw: Uint8Array): BounceEvent[] {
  // Of a list, the signature of SNS would prove only one element.
  const bodies = provider === 'ses' ? [parseJsonBody(raw)] : eventsIn(raw)
  const events = bodies.flatMap((body) => READERS[provider](body))
  const reports = events.map(toBounceEvent).filter(({ class: kind }) => kind !== 'not-a-report')
  return reports.length > 0 ? reports : [NOT_A_REPORT]
}

/** The events of a body that is one object or a list of objects. Throws report.unreadable. */
export function eventsIn(raw: Uint8Array): object[] {
  const events = [parseJsonBody(raw)].flat()
  if (events.length === 0 || !events.every(isObject))
    throw new Fault('report.unreadable', { what: 'no object and no list of objects' })
  return events
}

/** Parses a UTF-8 body as JSON. Throws report.unreadable. */
export function parseJsonBody(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw))
  } catch (cause) {
    // The message of a SyntaxError quotes the body.
    const what = cause instanceof SyntaxError ? 'no JSON' : errorText(cause)
    throw new Fault('report.unreadable', { what }, { cause })
  }
}

type Meanings = Readonly<Record<string, ProviderEvent['meaning']>>

const meaningOf = (meanings: Meanings, word: string): ProviderEvent['meaning'] =>
  Object.hasOwn(meanings, word) ? meanings[word] : undefined

/** Notifications and published events name their type in different fields. The messageId of SES is not ours. */
const SES_RECIPIENTS = list(object({ emailAddress: text, status: text, diagnosticCode: text }))
const SES = object({
  notificationType: text,
  eventType: text,
  // Present if the SES settings include headers.
  mail: object({
    headers: list(object({ name: text, value: text })),
    commonHeaders: object({ messageId: text }),
  }),
  bounce: object({ bounceType: text, bounceSubType: text, bouncedRecipients: SES_RECIPIENTS }),
  complaint: object({ complaintFeedbackType: text, complainedRecipients: SES_RECIPIENTS }),
  deliveryDelay: object({ delayedRecipients: SES_RECIPIENTS }),
})

/**
 * Subtypes that determine the class by themselves. Suppressed: SES's own suppression list is no proof that the mailbox
 * is dead, whatever status code the event has. SES reports out-of-office replies as Transient/General; without a
 * diagnostic text they count as a delay.
 */
const SES_BOUNCES: Meanings = {
  'Permanent/Suppressed': 'dead',
  'Permanent/OnAccountSuppressionList': 'dead',
  'Transient/MailboxFull': 'full',
  'Transient/MessageTooLarge': 'ours',
  'Transient/ContentRejected': 'policy',
  'Transient/AttachmentRejected': 'policy',
  Permanent: 'hard',
  Transient: 'soft',
}

function readSes(message: string): ProviderEvent[] {
  // SNS also posts a plain-text message when a topic is set up.
  const event = SES.parse(message.startsWith('{') ? parseJsonBody(Buffer.from(message)) : {})
  const { bounce, complaint, deliveryDelay, mail } = event
  const values = (header: string) =>
    mail.headers.filter(({ name }) => name.toLowerCase() === header).map(({ value }) => value)
  const messageIds = [...new Set([...values('message-id'), mail.commonHeaders.messageId])]
  const about = { messageIds, tokens: values('x-daily-papers-message') }
  const toEvents = (recipients: typeof bounce.bouncedRecipients, meaning: ProviderEvent['meaning']) =>
    recipients.map(({ emailAddress, diagnosticCode }) => ({
      ...about,
      meaning,
      // SES copies the address from the DSN, which may be in the form "Ann <ann@…>".
      recipient: /<([^<>\s]+)>\s*$/.exec(emailAddress)?.[1] ?? emailAddress,
      said: diagnosticCode.replace(/^smtp;\s*/i, ''),
    }))
  switch (event.notificationType || event.eventType) {
    case 'Bounce': {
      const { bounceType, bouncedRecipients } = bounce
      const type = `${bounceType}/${bounce.bounceSubType}`
      const meaning = meaningOf(SES_BOUNCES, type) ?? meaningOf(SES_BOUNCES, bounceType) ?? 'unsaid'
      return toEvents(bouncedRecipients, meaning).map((one, i) => ({
        ...one,
        status: bouncedRecipients[i]!.status,
        isCertain: type === 'Permanent/NoEmail',
      }))
    }
    case 'Complaint': {
      const said = complaint.complaintFeedbackType
      // not-spam: a reader moved our email out of the spam folder.
      const meaning = said === 'not-spam' ? undefined : 'complaint'
      return toEvents(complaint.complainedRecipients, meaning).map((one) => ({ ...one, said }))
    }
    case 'DeliveryDelay':
      return toEvents(deliveryDelay.delayedRecipients, 'delayed')
    default:
      return []
  }
}

const SENDGRID = object({
  email: text,
  event: text,
  type: text,
  status: text,
  reason: text,
  response: text,
  // The Message-ID of our email.
  'smtp-id': text,
})
const SENDGRID_EVENTS: Meanings = {
  bounce: 'hard',
  deferred: 'delayed',
  spamreport: 'complaint',
  unsubscribe: 'unsubscribe',
  group_unsubscribe: 'unsubscribe',
}

/**
 * Why SendGrid did not send the email: the recipient's earlier bounces or complaints, or the email's content.
 */
function meaningOfDropped(reason: string): BounceClass {
  if (/^spam reporting address/i.test(reason)) return 'complaint'
  if (/^unsubscribed address/i.test(reason)) return 'unsubscribe'
  return /^(?:bounced address|invalid$)/i.test(reason) ? 'dead' : 'policy'
}

const MAILGUN = object({
  'event-data': object({
    event: text,
    severity: text,
    reason: text,
    recipient: text,
    // Without angle brackets.
    message: object({ headers: object({ 'message-id': text }) }),
    reject: object({ reason: text }),
    'delivery-status': object({ code: text, 'enhanced-code': text, message: text, description: text }),
  }),
})
const MAILGUN_EVENTS: Meanings = {
  failed: 'hard',
  rejected: 'policy',
  complained: 'complaint',
  unsubscribed: 'unsubscribe',
}
/** suppress-…: Mailgun's own suppression list stopped the email. old: Mailgun stopped retrying. */
const MAILGUN_REASONS: Meanings = {
  'suppress-complaint': 'complaint',
  'suppress-unsubscribe': 'unsubscribe',
  'suppress-bounce': 'dead',
  old: 'soft',
}

const POSTMARK = object({
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
const POSTMARK_BOUNCES: Meanings = {
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
const POSTMARK_CHANGES: Meanings = { SpamComplaint: 'complaint', ManualSuppression: 'unsubscribe' }

const OWN_FIELD = /^X-Daily-Papers-Message:[ \t]*(\S{1,500})/gim
const MESSAGE_ID = /^Message-ID:[ \t]*(<[^<>\s]{1,500}>)/gim
const valuesIn = (content: string, field: RegExp): string[] =>
  [...content.matchAll(field)].map(([, value = '']) => value)

const BREVO = object({ email: text, event: text, reason: text, 'message-id': text })
/** The documentation has both "hard_bounce" and "hardBounce". */
const BREVO_EVENTS: Meanings = {
  hardbounce: 'hard',
  invalidemail: 'hard',
  invalid: 'hard',
  softbounce: 'soft',
  blocked: 'policy',
  error: 'unsaid',
  deferred: 'delayed',
  spam: 'complaint',
  complaint: 'complaint',
  unsubscribed: 'unsubscribe',
  unsubscribe: 'unsubscribe',
}

const READERS: Record<Provider, (body: unknown) => ProviderEvent[]> = {
  // https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
  ses: (body) => readSes(object({ Message: text }).parse(body).Message),
  // https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
  sendgrid: (body) => {
    const { event, type, reason, response, ...one } = SENDGRID.parse(body)
    const isBounce = event === 'bounce'
    const named = { recipient: one.email, messageIds: [one['smtp-id']] }
    if (event === 'dropped') return [{ ...named, meaning: meaningOfDropped(reason), said: reason }]
    // A block is a bounce of type "blocked"; the address may be valid.
    const meaning = isBounce && type === 'blocked' ? 'blocked' : meaningOf(SENDGRID_EVENTS, event)
    if (isBounce) return [{ ...named, meaning, status: one.status, said: reason }]
    return [{ ...named, meaning, said: event === 'deferred' ? response : '' }]
  },
  // https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure
  mailgun: (body) => {
    const { event, severity, reason, recipient, message, reject, ...one } = MAILGUN.parse(body)['event-data']
    const { code, 'enhanced-code': status, ...words } = one['delivery-status']
    const isRetried = event === 'failed' && severity === 'temporary'
    const ofReason = event === 'failed' ? meaningOf(MAILGUN_REASONS, reason) : undefined
    const meaning = isRetried ? 'delayed' : (ofReason ?? meaningOf(MAILGUN_EVENTS, event))
    const messageIds = [message.headers['message-id']]
    const said = event === 'failed' ? words.message || words.description : reject.reason
    const named = { meaning, recipient, messageIds, said }
    return [isFailure(meaning) ? { ...named, status, code: meaning === 'hard' ? code : '' } : named]
  },
  // https://postmarkapp.com/developer/webhooks/webhooks-overview
  postmark: (body) => {
    const event = POSTMARK.parse(body)
    const { RecordType: type, Content: content } = event
    const isBounce = type === 'Bounce'
    const isTheirChange =
      type === 'SubscriptionChange' && event.SuppressSending && event.Origin === 'Recipient'
    return [
      {
        meaning: isBounce
          ? (meaningOf(POSTMARK_BOUNCES, event.Type) ?? 'unsaid')
          : isTheirChange
            ? meaningOf(POSTMARK_CHANGES, event.SuppressionReason)
            : type === 'SpamComplaint'
              ? 'complaint'
              : undefined,
        recipient: event.Email || event.Recipient,
        tokens: valuesIn(content, OWN_FIELD),
        messageIds: valuesIn(content, MESSAGE_ID),
        said: isBounce ? event.Details || event.Description : '',
      },
    ]
  },
  // https://developers.brevo.com/docs/transactional-webhooks
  brevo: (body) => {
    const { email: recipient, event, reason, 'message-id': messageId } = BREVO.parse(body)
    const meaning = meaningOf(BREVO_EVENTS, event.toLowerCase().replaceAll('_', ''))
    const said = meaning === 'complaint' || meaning === 'unsubscribe' ? '' : reason
    return [{ meaning, recipient, messageIds: [messageId], said }]
  },
}
