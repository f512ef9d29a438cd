import { verify, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { Fault, undefinedIfThrown } from '../../core/errors.ts'
import { list, object, parseJsonBody, text } from '../json-fields.ts'
import {
  type ProofDeps,
  type Provider,
  requireRecent,
  requireSigned,
  type WebhookRequest,
} from './provider.ts'
import { type Meanings, meaningOfWord, type ProviderEvent } from './provider-event.ts'

/** "arn:aws:sns:eu-west-1:123456789012:bounces" */
const topicArn = z
  .string()
  .regex(
    /^arn:aws(?:-[a-z-]+)?:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
    'the ARN of the SNS topic, such as arn:aws:sns:eu-west-1:123456789012:bounces',
  )

/** It retries for up to one hour: https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html */
const MAX_AGE_HOURS = 2

const NAMES = { provider: 'ses', setting: 'SES_TOPIC_ARN' } as const

/** Amazon SES, through a topic of Amazon SNS, which signs. */
export const ses = {
  name: NAMES.provider,
  setting: { name: NAMES.setting, takes: topicArn, isSecret: false },
  messageId: /amazonses\.com>?$/i,
  prove,
  // Of a list, the signature of SNS would prove only one element.
  read: (raw) => readMessage(object({ Message: text }).parse(parseJsonBody(raw)).Message),
} as const satisfies Provider

/** Checks the topic and the age before it fetches a certificate. */
async function prove(deps: ProofDeps, { raw }: WebhookRequest, topic: string): Promise<boolean> {
  const message = parseSnsMessage(raw)
  if (message.TopicArn !== topic) throw new Fault('webhook.other-topic', NAMES)
  const now = deps.clock.now()
  requireRecent('ses', Date.parse(message.Timestamp ?? ''), { now, hours: MAX_AGE_HOURS })
  const pem = await deps.client.getOnce(certificateUrl(message))
  requireSigned(isSignedBy(pem, message, now), NAMES)
  if (message.Type === 'SubscriptionConfirmation') {
    await deps.client.get(confirmationUrl(message, topic))
    deps.log.info('webhook.confirmed', { channel: 'ses' })
  }
  return message.Type === 'Notification'
}

const field = z.string().optional().catch(undefined)

/** A message as SNS posts it: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
const SNS_MESSAGE = object({
  Type: field,
  MessageId: field,
  TopicArn: field,
  Subject: field,
  Message: field,
  Timestamp: field,
  SignatureVersion: field,
  Signature: field,
  SigningCertURL: field,
  SubscribeURL: field,
  Token: field,
})
export type SnsMessage = z.infer<typeof SNS_MESSAGE>

/** The text fields of a body; none if it is not one object. Throws report.unreadable. */
export const parseSnsMessage = (raw: Uint8Array): SnsMessage => SNS_MESSAGE.parse(parseJsonBody(raw))

const SIGNED = [
  'Message',
  'MessageId',
  'Subject',
  'SubscribeURL',
  'Timestamp',
  'Token',
  'TopicArn',
  'Type',
] as const

/**
 * The string that SNS signs: names and values, one per line with a final line feed; Subject only if present.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
export function signedText(message: SnsMessage): string {
  const others: string[] = message.Type === 'Notification' ? ['SubscribeURL', 'Token'] : ['Subject']
  return SIGNED.filter((name) => message[name] !== undefined && !others.includes(name))
    .map((name) => `${name}\n${message[name]}\n`)
    .join('')
}

const ALGORITHMS: Record<string, string> = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' }

/** Whether the key of this certificate (PEM) signed the message, and the certificate is valid now. */
export function isSignedBy(pem: string, message: SnsMessage, now: Date): boolean {
  const algorithm = ALGORITHMS[message.SignatureVersion ?? '']
  const certificate = undefinedIfThrown(() => new X509Certificate(pem))
  if (!algorithm || !certificate || certificate.publicKey.asymmetricKeyType !== 'rsa') return false
  if (now < certificate.validFromDate || now > certificate.validToDate) return false
  const signature = Buffer.from(message.Signature ?? '', 'base64')
  return verify(algorithm, Buffer.from(signedText(message)), certificate.publicKey, signature)
}

const HOST = /^sns\.[a-z]{2}[a-z0-9-]{1,30}\.amazonaws\.com(?:\.cn)?$/

/** Undefined for any URL that is not on a host of SNS: anyone can sign with a key of their own. */
function snsAddress(text = ''): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  // SNS writes no URL that the parser has to normalise, such as one with a port, a user or a backslash.
  const isPlain =
    url?.href === text && url.origin === `https://${url.hostname}` && !url.username && !url.password
  return isPlain && HOST.test(url.hostname) ? url : undefined
}

/** The URL of a message's certificate. Throws webhook.unsigned for a URL outside SNS. */
export function certificateUrl({ SigningCertURL }: SnsMessage): URL {
  const url = snsAddress(SigningCertURL)
  const isCertificate = url && /^\/SimpleNotificationService-[\w-]{1,100}\.pem$/.test(url.pathname)
  if (!isCertificate || url.search || url.hash) throw new Fault('webhook.unsigned', NAMES)
  return url
}

/** The URL that confirms a subscription to this topic. Throws webhook.unsigned for any other URL. */
export function confirmationUrl({ SubscribeURL }: SnsMessage, topic: string): URL {
  const url = snsAddress(SubscribeURL)
  const asked = url?.searchParams
  if (!url || asked?.get('Action') !== 'ConfirmSubscription' || asked.get('TopicArn') !== topic)
    throw new Fault('webhook.unsigned', NAMES)
  return url
}

/** Notifications and published events name their type in different fields. The messageId of SES is not ours. */
const RECIPIENTS = list(object({ emailAddress: text, status: text, diagnosticCode: text }))
const EVENT = object({
  notificationType: text,
  eventType: text,
  // Present if the SES settings include headers.
  mail: object({
    headers: list(object({ name: text, value: text })),
    commonHeaders: object({ messageId: text }),
  }),
  bounce: object({ bounceType: text, bounceSubType: text, bouncedRecipients: RECIPIENTS }),
  complaint: object({ complaintFeedbackType: text, complainedRecipients: RECIPIENTS }),
  deliveryDelay: object({ delayedRecipients: RECIPIENTS }),
})

/**
 * Subtypes that determine the class by themselves. Suppressed: SES's own suppression list is no proof that the mailbox
 * is dead, whatever status code the event has. SES reports out-of-office replies as Transient/General; without a
 * diagnostic text they count as a delay.
 */
const BOUNCES: Meanings = {
  'Permanent/Suppressed': 'dead',
  'Permanent/OnAccountSuppressionList': 'dead',
  'Transient/MailboxFull': 'full',
  'Transient/MessageTooLarge': 'ours',
  'Transient/ContentRejected': 'policy',
  'Transient/AttachmentRejected': 'policy',
  Permanent: 'hard',
  Transient: 'soft',
}

/** https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html */
function readMessage(message: string): ProviderEvent[] {
  // SNS also posts a plain-text message when a topic is set up.
  const event = EVENT.parse(message.startsWith('{') ? parseJsonBody(Buffer.from(message)) : {})
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
      reply: diagnosticCode.replace(/^smtp;\s*/i, ''),
    }))
  switch (event.notificationType || event.eventType) {
    case 'Bounce': {
      const { bounceType, bouncedRecipients } = bounce
      const type = `${bounceType}/${bounce.bounceSubType}`
      const meaning = meaningOfWord(BOUNCES, type) ?? meaningOfWord(BOUNCES, bounceType) ?? 'unsaid'
      return toEvents(bouncedRecipients, meaning).map((one, i) => ({
        ...one,
        status: bouncedRecipients[i]!.status,
        isCertain: type === 'Permanent/NoEmail',
      }))
    }
    case 'Complaint': {
      const reply = complaint.complaintFeedbackType
      // not-spam: a reader moved our email out of the spam folder.
      const meaning = reply === 'not-spam' ? undefined : 'complaint'
      return toEvents(complaint.complainedRecipients, meaning).map((one) => ({ ...one, reply }))
    }
    case 'DeliveryDelay':
      return toEvents(deliveryDelay.delayedRecipients, 'delayed')
    default:
      return []
  }
}
