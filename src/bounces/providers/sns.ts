import { verify, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { Fault } from '../../core/errors.ts'
import { object } from '../json-fields.ts'
import { parseJsonBody } from './read-provider-report.ts'

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

const SIGNED_OF_NOTIFICATION: (keyof SnsMessage)[] = [
  'Message',
  'MessageId',
  'Subject',
  'Timestamp',
  'TopicArn',
  'Type',
]
const SIGNED_OF_OTHERS: (keyof SnsMessage)[] = [
  'Message',
  'MessageId',
  'SubscribeURL',
  'Timestamp',
  'Token',
  'TopicArn',
  'Type',
]

/**
 * The string that SNS signs: names and values, one per line with a final line feed; Subject only if present.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
export function signedText(message: SnsMessage): string {
  const names = message.Type === 'Notification' ? SIGNED_OF_NOTIFICATION : SIGNED_OF_OTHERS
  return names
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('')
}

const ALGORITHMS: Record<string, string> = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' }

/** Whether the key of this certificate (PEM) signed the message, and the certificate is valid now. */
export function isSignedBy(pem: string, message: SnsMessage, now: Date): boolean {
  const algorithm = ALGORITHMS[message.SignatureVersion ?? '']
  const certificate = certificateIn(pem)
  if (!algorithm || !certificate || certificate.publicKey.asymmetricKeyType !== 'rsa') return false
  if (now < certificate.validFromDate || now > certificate.validToDate) return false
  const signature = Buffer.from(message.Signature ?? '', 'base64')
  return verify(algorithm, Buffer.from(signedText(message)), certificate.publicKey, signature)
}

function certificateIn(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
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
  if (!isCertificate || url.search || url.hash) throw new Fault('webhook.unsigned', { provider: 'ses' })
  return url
}

/** The URL that confirms a subscription to this topic. Throws webhook.unsigned for any other URL. */
export function confirmationUrl({ SubscribeURL }: SnsMessage, topic: string): URL {
  const url = snsAddress(SubscribeURL)
  const asked = url?.searchParams
  if (!url || asked?.get('Action') !== 'ConfirmSubscription' || asked.get('TopicArn') !== topic)
    throw new Fault('webhook.unsigned', { provider: 'ses' })
  return url
}
