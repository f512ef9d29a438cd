import type { About } from '../reading/about.ts'
import type { Told } from '../told.ts'
import { type Fields, fieldsOf, jsonIn, listOf, wordIn } from './fields.ts'
import { type Failure, NOT_A_REPORT, tell, tellFailure } from './tell.ts'

/**
 * What SES says in a message of SNS: notifications and published events, which name their kind in different fields.
 * https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html Throws report.unreadable.
 */
export function readSes(raw: Uint8Array): Told[] {
  const event = eventIn(wordIn(fieldsOf(jsonIn(raw)).Message))
  const about = aboutIn(fieldsOf(event.mail))
  switch (event.notificationType ?? event.eventType) {
    case 'Bounce':
      return readBounce(fieldsOf(event.bounce), about)
    case 'Complaint':
      return readComplaint(fieldsOf(event.complaint), about)
    case 'DeliveryDelay':
      return recipientsIn(fieldsOf(event.deliveryDelay).delayedRecipients).map((one) =>
        tell('delayed', { recipient: one.address, about }, one.said),
      )
    default:
      return [NOT_A_REPORT]
  }
}

/** A topic also says in plain text that it was set up. */
const eventIn = (message: string): Fields =>
  message.startsWith('{') ? fieldsOf(jsonIn(Buffer.from(message))) : {}

/** Headers come back where the settings of SES include them; its own messageId is none of ours. */
function aboutIn(mail: Fields): About {
  const values = (name: string) =>
    listOf(mail.headers)
      .filter((header) => wordIn(header.name).toLowerCase() === name)
      .map(({ value }) => wordIn(value))
  const common = wordIn(fieldsOf(mail.commonHeaders).messageId)
  const messageIds = [...values('message-id'), common].filter(Boolean)
  return { tokens: values('x-daily-papers-message'), messageIds: [...new Set(messageIds)] }
}

interface Recipient {
  address: string
  status: string
  said: string
}

const recipientsIn = (list: unknown): Recipient[] =>
  listOf(list).map(({ emailAddress, status, diagnosticCode }) => ({
    // As the DSN has it: "Ann <ann@…>" too.
    address: /<([^<>\s]+)>\s*$/.exec(wordIn(emailAddress))?.[1] ?? wordIn(emailAddress),
    status: wordIn(status),
    said: wordIn(diagnosticCode).replace(/^smtp;\s*/i, ''),
  }))

function readBounce(bounce: Fields, about: About): Told[] {
  const type = `${wordIn(bounce.bounceType)}/${wordIn(bounce.bounceSubType)}`
  return recipientsIn(bounce.bouncedRecipients).map(({ address, status, said }) => {
    const named = { recipient: address, about }
    const known = BY_SUBTYPE[type]
    if (known) return { ...tell(known, named, said), status: status || null }
    const kind = KINDS[wordIn(bounce.bounceType)] ?? 'unsaid'
    return tellFailure({ ...named, kind, status, said, isCertain: type === 'Permanent/NoEmail' })
  })
}

/** An automatic answer of somebody on holiday counts as Transient/General; without words it is taken for a delay. */
const KINDS: Record<string, Failure['kind']> = {
  Permanent: 'hard',
  Transient: 'soft',
  Undetermined: 'unsaid',
}

/** Where the subtype says all. Suppressed: by a list of theirs, which is hearsay, whatever code they write beside it. */
const BY_SUBTYPE: Record<string, Told['class']> = {
  'Permanent/Suppressed': 'dead',
  'Permanent/OnAccountSuppressionList': 'dead',
  'Transient/MailboxFull': 'full',
  'Transient/MessageTooLarge': 'ours',
  'Transient/ContentRejected': 'policy',
  'Transient/AttachmentRejected': 'policy',
}

function readComplaint(complaint: Fields, about: About): Told[] {
  // Somebody took a mail of ours out of their spam folder.
  if (complaint.complaintFeedbackType === 'not-spam') return [NOT_A_REPORT]
  const answer = wordIn(complaint.complaintFeedbackType)
  return recipientsIn(complaint.complainedRecipients).map(({ address }) =>
    tell('complaint', { recipient: address, about }, answer),
  )
}
