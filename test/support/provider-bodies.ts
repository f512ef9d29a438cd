/** Bodies of webhooks as in the providers' documents, about addresses that do not exist. */

export interface Sent {
  address: string
  /** With angle brackets, as in the mail. */
  messageId?: string
  token?: string
}

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const withoutBrackets = (id = ''): string => id.replace(/[<>]/g, '')

/** The event of SES about an email; SNS puts it into the text of a message. */
export function sesEvent(
  kind: 'Bounce' | 'Complaint' | 'DeliveryDelay' | 'Delivery' | 'Open',
  part: object,
  sent: Sent,
) {
  const { address, messageId, token } = sent
  const headers = [
    { name: 'To', value: address },
    ...(messageId ? [{ name: 'Message-ID', value: messageId }] : []),
    ...(token ? [{ name: 'X-Daily-Papers-Message', value: token }] : []),
  ]
  return {
    notificationType: kind,
    [kind === 'DeliveryDelay' ? 'deliveryDelay' : kind.toLowerCase()]: part,
    mail: {
      timestamp: '2026-11-24T08:00:00.000Z',
      source: 'papers@papers.example',
      messageId: '0102019283746-11111111-2222-3333-4444-555555555555-000000',
      destination: [address],
      ...(headers.length > 1 && { headersTruncated: false, headers }),
      ...(messageId && { commonHeaders: { to: [address], messageId } }),
    },
  }
}

export const sesBounce = (bounceType: string, bounceSubType: string, recipient: object, sent: Sent) =>
  sesEvent(
    'Bounce',
    {
      bounceType,
      bounceSubType,
      bouncedRecipients: [{ emailAddress: sent.address, ...recipient }],
      timestamp: '2026-11-24T08:00:05.000Z',
      feedbackId: '0102019283747-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee-000000',
    },
    sent,
  )

export const sesComplaint = (complaintFeedbackType: string | null, sent: Sent) =>
  sesEvent(
    'Complaint',
    { complainedRecipients: [{ emailAddress: sent.address }], complaintFeedbackType },
    sent,
  )

export const sendgridEvent = (event: string, { address, messageId }: Sent, more: object = {}) => ({
  email: address,
  timestamp: 1795680005,
  'smtp-id': messageId ?? '<14c5d75ce93.dfd.64b469@ismtpd-555>',
  event,
  sg_event_id: 'ZHJvcC0xMDk5NDkxOS1MUnpYbF9O',
  sg_message_id: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
  ...more,
})

export const sendgridBody = (...events: object[]): Buffer => bytes(events)

export const mailgunEvent = (event: string, { address, messageId }: Sent, more: object = {}) => ({
  id: 'G9Bn5sl1TC6nu79C8C0bwg',
  timestamp: 1795680005.37,
  event,
  recipient: address,
  'recipient-domain': address.split('@')[1],
  message: { headers: { to: address, 'message-id': withoutBrackets(messageId) }, size: 4810 },
  ...more,
})

export const mailgunFailure = (code: number, enhanced: string, message: string) => ({
  severity: 'permanent',
  reason: 'bounce',
  'delivery-status': { 'attempt-no': 1, code, 'enhanced-code': enhanced, message, description: '' },
})

export const postmarkBounce = (Type: string, Details: string, { address }: Sent, more: object = {}): Buffer =>
  bytes({
    RecordType: 'Bounce',
    MessageStream: 'broadcast',
    ID: 4323372036,
    Type,
    TypeCode: 1,
    MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
    Description: 'What Postmark says of this type.',
    Details,
    Email: address,
    BouncedAt: '2026-11-24T08:00:05Z',
    Inactive: true,
    ...more,
  })

export const postmarkEvent = (RecordType: string, fields: object): Buffer => bytes({ RecordType, ...fields })

export const brevoEvent = (event: string, { address, messageId }: Sent, reason?: string): Buffer =>
  bytes({
    event,
    email: address,
    id: 12345,
    date: '2026-11-24 08:00:05',
    ts_event: 1795680005,
    'message-id': messageId ?? '<202611240800.12345678901@smtp-relay.mailin.fr>',
    subject: 'Papers of the day',
    ...(reason && { reason }),
  })
