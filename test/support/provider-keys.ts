import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type SnsMessage, signedText } from '../../src/bounces/providers/ses.ts'
import { makeCertificate } from './certificates.ts'

export const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:bounces'
export const CERTIFICATE_URL =
  'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem'
export const SUBSCRIBE_URL = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=2336412f37`

/** A key of SNS's kind, and messages that it signed. */
export function snsKey() {
  const { cert, key } = makeCertificate(['sns.amazonaws.com'])
  const [pem, privateKey] = [readFileSync(cert, 'utf8'), readFileSync(key, 'utf8')]
  const signed = (changes: SnsMessage = {}, version: '1' | '2' = '2'): Buffer => {
    const message: SnsMessage = {
      Type: 'Notification',
      MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
      TopicArn: TOPIC,
      Message: '{}',
      Timestamp: '2026-11-24T11:59:58.000Z',
      SignatureVersion: version,
      SigningCertURL: CERTIFICATE_URL,
      ...changes,
    }
    const algorithm = version === '1' ? 'RSA-SHA1' : 'RSA-SHA256'
    const signature = sign(algorithm, Buffer.from(signedText(message)), privateKey).toString('base64')
    return Buffer.from(JSON.stringify({ ...message, Signature: signature, UnsubscribeURL: CERTIFICATE_URL }))
  }
  return { pem, signed }
}

/** A key of SendGrid's kind: the setting, and the headers of a body. */
export function sendgridKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return {
    setting: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    headers: (raw: Buffer, at: Date): Record<string, string> => {
      const timestamp = String(Math.floor(at.getTime() / 1000))
      const signature = sign('sha256', Buffer.concat([Buffer.from(timestamp), raw]), privateKey)
      return {
        'x-twilio-email-event-webhook-signature': signature.toString('base64'),
        'x-twilio-email-event-webhook-timestamp': timestamp,
      }
    },
  }
}

export const MAILGUN_KEY = 'a-signing-key-that-only-tests-know'

/** A body as Mailgun signs it. */
export function mailgunBody(
  event: object,
  at: Date,
  { key = MAILGUN_KEY, token = 't'.repeat(50) } = {},
): Buffer {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signature = createHmac('sha256', key)
    .update(timestamp + token)
    .digest('hex')
  return Buffer.from(JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': event }))
}

export interface SnsServer {
  url: string
  requests: string[]
  /** What the next requests get instead, one each. */
  answers: ((response: ServerResponse) => void)[]
  close(): Promise<void>
}

/** A substitute for SNS: serves a certificate, and accepts confirmations. */
export async function startSnsServer(pem: string): Promise<SnsServer> {
  const requests: string[] = []
  const answers: SnsServer['answers'] = []
  const server = createServer(({ url = '' }: IncomingMessage, response) => {
    requests.push(url)
    const other = answers.shift()
    if (other) other(response)
    else response.end(url.endsWith('.pem') ? pem : '<ConfirmSubscriptionResponse/>')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answers,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
