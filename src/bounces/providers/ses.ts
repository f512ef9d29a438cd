import type { MessageReferences } from '../reading/split-report.ts'
import {
  type BounceEvent,
  type JsonFields,
  NOT_A_REPORT,
  type ProviderFailure,
  parseJsonBody,
  toBounceEvent,
  toFailureEvent,
  toFields,
  toFieldsList,
  toText,
} from './to-bounce-event.ts'

/**
 * Reads an SES event from an SNS message. Notifications and published events name their type in different fields.
 * https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html Throws report.unreadable.
 */
export function readSes(raw: Uint8Array): BounceEvent[] {
  const event = eventIn(toText(toFields(parseJsonBody(raw)).Message))
  const about = aboutIn(toFields(event.mail))
  switch (event.notificationType ?? event.eventType) {
    case 'Bounce':
      return readBounce(toFields(event.bounce), about)
    case 'Complaint':
      return readComplaint(toFields(event.complaint), about)
    case 'DeliveryDelay':
      return recipientsIn(toFields(event.deliveryDelay).delayedRecipients).map((one) =>
        toBounceEvent('delayed', { recipient: one.address, about }, one.said),
      )
    default:
      return [NOT_A_REPORT]
  }
}

/** SNS also posts a plain-text message when a topic is set up. */
const eventIn = (message: string): JsonFields =>
  message.startsWith('{') ? toFields(parseJsonBody(Buffer.from(message))) : {}

/** Headers are present if the SES settings include them. The messageId of SES is not ours. */
function aboutIn(mail: JsonFields): MessageReferences {
  const values = (name: string) =>
    toFieldsList(mail.headers)
      .filter((header) => toText(header.name).toLowerCase() === name)
      .map(({ value }) => toText(value))
  const common = toText(toFields(mail.commonHeaders).messageId)
  const messageIds = [...values('message-id'), common].filter(Boolean)
  return { tokens: values('x-daily-papers-message'), messageIds: [...new Set(messageIds)] }
}

interface Recipient {
  address: string
  status: string
  said: string
}

const recipientsIn = (list: unknown): Recipient[] =>
  toFieldsList(list).map(({ emailAddress, status, diagnosticCode }) => ({
    // SES copies the address from the DSN, which may be in the form "Ann <ann@…>".
    address: /<([^<>\s]+)>\s*$/.exec(toText(emailAddress))?.[1] ?? toText(emailAddress),
    status: toText(status),
    said: toText(diagnosticCode).replace(/^smtp;\s*/i, ''),
  }))

function readBounce(bounce: JsonFields, about: MessageReferences): BounceEvent[] {
  const type = `${toText(bounce.bounceType)}/${toText(bounce.bounceSubType)}`
  return recipientsIn(bounce.bouncedRecipients).map(({ address, status, said }) => {
    const named = { recipient: address, about }
    const known = BY_SUBTYPE[type]
    if (known) return { ...toBounceEvent(known, named, said), status: status || null }
    const kind = KINDS[toText(bounce.bounceType)] ?? 'unsaid'
    return toFailureEvent({ ...named, kind, status, said, isCertain: type === 'Permanent/NoEmail' })
  })
}

/** SES reports out-of-office replies as Transient/General; without a diagnostic text they count as a delay. */
const KINDS: Record<string, ProviderFailure['kind']> = {
  Permanent: 'hard',
  Transient: 'soft',
  Undetermined: 'unsaid',
}

/**
 * Subtypes that determine the class by themselves. Suppressed: SES's own suppression list is no proof that the mailbox
 * is dead, whatever status code the event has.
 */
const BY_SUBTYPE: Record<string, BounceEvent['class']> = {
  'Permanent/Suppressed': 'dead',
  'Permanent/OnAccountSuppressionList': 'dead',
  'Transient/MailboxFull': 'full',
  'Transient/MessageTooLarge': 'ours',
  'Transient/ContentRejected': 'policy',
  'Transient/AttachmentRejected': 'policy',
}

function readComplaint(complaint: JsonFields, about: MessageReferences): BounceEvent[] {
  // A reader moved our email out of the spam folder.
  if (complaint.complaintFeedbackType === 'not-spam') return [NOT_A_REPORT]
  const reply = toText(complaint.complaintFeedbackType)
  return recipientsIn(complaint.complainedRecipients).map(({ address }) =>
    toBounceEvent('complaint', { recipient: address, about }, reply),
  )
}
