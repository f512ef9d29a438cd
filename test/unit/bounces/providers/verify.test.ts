import { describe, expect, test } from 'vitest'
import { verifiedMailgunSignature } from '../../../../src/bounces/providers/mailgun.ts'
import { isSignedBySendgrid } from '../../../../src/bounces/providers/sendgrid.ts'
import {
  certificateUrl,
  confirmationUrl,
  isSignedBy,
  parseSnsMessage,
  signedText,
} from '../../../../src/bounces/providers/ses.ts'
import {
  CERTIFICATE_URL,
  MAILGUN_KEY,
  mailgunBody,
  SUBSCRIBE_URL,
  sendgridKey,
  snsKey,
  TOPIC,
} from '../../../support/provider-keys.ts'

/** The test certificate is valid from the start of the test. */
const NOW = new Date(Date.now() + 60_000)
const sns = snsKey()

describe('a signature of SNS', () => {
  test('covers name and value of each field, each on a line', () => {
    const message = {
      Type: 'Notification',
      MessageId: 'i',
      TopicArn: 't',
      Message: 'two\nlines',
      Timestamp: 'w',
    }
    expect(signedText(message)).toBe(
      'Message\ntwo\nlines\nMessageId\ni\nTimestamp\nw\nTopicArn\nt\nType\nNotification\n',
    )
    expect(signedText({ ...message, Subject: 's' })).toContain('MessageId\ni\nSubject\ns\nTimestamp\n')
    const asked = {
      ...message,
      Type: 'SubscriptionConfirmation',
      SubscribeURL: 'u',
      Token: 'k',
      Subject: 's',
    }
    expect(signedText(asked)).toBe(
      'Message\ntwo\nlines\nMessageId\ni\nSubscribeURL\nu\nTimestamp\nw\nToken\nk\nTopicArn\nt\nType\nSubscriptionConfirmation\n',
    )
  })

  test.each(['1', '2'] as const)('of version %s is valid, and invalid with a changed field', (version) => {
    const message = parseSnsMessage(sns.signed({ Subject: 'x' }, version))
    expect(isSignedBy(sns.pem, message, NOW)).toBe(true)
    for (const name of [
      'Message',
      'MessageId',
      'Subject',
      'Timestamp',
      'TopicArn',
      'Type',
      'Signature',
    ] as const)
      expect([name, isSignedBy(sns.pem, { ...message, [name]: `${message[name]}!` }, NOW)]).toEqual([
        name,
        name === 'Signature', // text after the base64 is ignored
      ])
    const { Subject: _, ...without } = message
    expect(isSignedBy(sns.pem, without, NOW)).toBe(false)
    expect(isSignedBy(sns.pem, { ...message, SignatureVersion: version === '1' ? '2' : '1' }, NOW)).toBe(
      false,
    )
    expect(isSignedBy(sns.pem, { ...message, SignatureVersion: '3' }, NOW)).toBe(false)
    expect(isSignedBy(sns.pem, { ...message, Signature: undefined }, NOW)).toBe(false)
  })

  test('is invalid with another, expired or future certificate, or without one', () => {
    const message = parseSnsMessage(sns.signed())
    expect(isSignedBy(snsKey().pem, message, NOW)).toBe(false)
    expect(isSignedBy(sns.pem, message, new Date(NOW.getTime() + 40 * 24 * 3600_000))).toBe(false)
    expect(isSignedBy(sns.pem, message, new Date(NOW.getTime() - 24 * 3600_000))).toBe(false)
    expect(isSignedBy('<html>', message, NOW)).toBe(false)
  })

  const path = '/SimpleNotificationService-0123456789abcdef.pem'
  test.each([
    CERTIFICATE_URL,
    `https://sns.us-gov-west-1.amazonaws.com${path}`,
    `https://sns.cn-north-1.amazonaws.com.cn${path}`,
  ])('may have its certificate at %s', (SigningCertURL) =>
    expect(certificateUrl({ SigningCertURL }).href).toBe(SigningCertURL),
  )
  test.each([
    undefined,
    '',
    'nonsense',
    `http://sns.eu-west-1.amazonaws.com${path}`,
    `https://evil.amazonaws.com.example${path}`,
    `https://sns.eu-west-1.amazonaws.com.example${path}`,
    `https://sns.eu-west-1.amazonaws.com.cn.example${path}`,
    `https://sns.eu-west-1.amazonaws.com@evil.example${path}`,
    `https://user@sns.eu-west-1.amazonaws.com${path}`,
    `https://evil.example/sns.eu-west-1.amazonaws.com${path}`,
    `https://evil.example\\@sns.eu-west-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com:444${path}`,
    `https://sns.eu-west-1.amazonaws.com:443${path}`,
    `https://sqs.eu-west-1.amazonaws.com${path}`,
    `https://s3.sns.eu-west-1.amazonaws.com${path}`,
    `https://sns.amazonaws.com${path}`,
    `https://SNS.eu-west-1.amazonaws.com${path}`,
    `https://sns.eu-west-1.amazonaws.com/x${path}`,
    'https://sns.eu-west-1.amazonaws.com/../SimpleNotificationService-0.pem',
    `https://sns.eu-west-1.amazonaws.com${path}?x=1`,
    `https://sns.eu-west-1.amazonaws.com${path}#x`,
    ` ${CERTIFICATE_URL}`,
    `https://sns.eu-west-1.amazonaws.com/${'SimpleNotificationService-0.pem'}%00`,
  ])('has no certificate at %s', (SigningCertURL) =>
    expect(() => certificateUrl({ SigningCertURL })).toThrow('the signature is missing or wrong'),
  )

  test('confirms a subscription only at SNS, and only for the topic of the settings', () => {
    expect(confirmationUrl({ SubscribeURL: SUBSCRIBE_URL }, TOPIC).href).toBe(SUBSCRIBE_URL)
    for (const SubscribeURL of [
      SUBSCRIBE_URL.replace('https:', 'http:'),
      SUBSCRIBE_URL.replace('amazonaws.com/', 'amazonaws.com.example/'),
      SUBSCRIBE_URL.replace('ConfirmSubscription', 'DeleteTopic'),
      SUBSCRIBE_URL.replace(':bounces', ':others'),
    ])
      expect(() => confirmationUrl({ SubscribeURL }, TOPIC)).toThrow('the signature is missing or wrong')
  })
})

describe('a signature of SendGrid', () => {
  const { setting: key, headers } = sendgridKey()
  const raw = Buffer.from('[{"event":"bounce"}]\r\n')
  const sent = headers(raw, NOW)
  const body = {
    key,
    signature: sent['x-twilio-email-event-webhook-signature']!,
    timestamp: sent['x-twilio-email-event-webhook-timestamp']!,
    raw,
  }
  test('is valid, including the last line break', () => {
    expect(isSignedBySendgrid(body)).toBe(true)
    expect(isSignedBySendgrid({ ...body, raw: raw.subarray(0, -2) })).toBe(false)
  })
  test('is invalid with a changed bit of the body or the signature', () => {
    for (let at = 0; at < raw.length; at++)
      expect(isSignedBySendgrid({ ...body, raw: flipped(raw, at) })).toBe(false)
    const signature = Buffer.from(body.signature, 'base64')
    for (let at = 0; at < signature.length; at++)
      expect(isSignedBySendgrid({ ...body, signature: flipped(signature, at).toString('base64') })).toBe(
        false,
      )
  })
  test('is invalid at another time, with another key, and without a signature', () => {
    expect(isSignedBySendgrid({ ...body, timestamp: String(Number(body.timestamp) + 1) })).toBe(false)
    expect(isSignedBySendgrid({ ...body, key: sendgridKey().setting })).toBe(false)
    expect(isSignedBySendgrid({ ...body, signature: '' })).toBe(false)
    expect(isSignedBySendgrid({ ...body, signature: 'nonsense' })).toBe(false)
  })
})

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy[at]! ^= 1
  return copy
}

describe('a signature of Mailgun', () => {
  const event = { event: 'opened' }
  test('is valid with the key of the account, or of its parent', () => {
    expect(verifiedMailgunSignature(mailgunBody(event, NOW), MAILGUN_KEY)).toEqual({
      timestamp: String(Math.floor(NOW.getTime() / 1000)),
      token: 't'.repeat(50),
    })
    const { signature } = JSON.parse(mailgunBody(event, NOW).toString())
    const ofBelow = { ...signature, signature: 'f'.repeat(64), 'parent-signature': signature.signature }
    expect(
      verifiedMailgunSignature(Buffer.from(JSON.stringify({ signature: ofBelow })), MAILGUN_KEY),
    ).toBeTruthy()
  })
  test('is invalid with another key, at another time, with another token, or without any', () => {
    expect(verifiedMailgunSignature(mailgunBody(event, NOW), `${MAILGUN_KEY}!`)).toBeNull()
    const right = JSON.parse(mailgunBody(event, NOW).toString()).signature
    for (const changes of [
      { timestamp: '1' },
      { token: 'x' },
      { signature: '' },
      { signature: 7 },
      { signature: undefined },
    ])
      expect(
        verifiedMailgunSignature(
          Buffer.from(JSON.stringify({ signature: { ...right, ...changes } })),
          MAILGUN_KEY,
        ),
      ).toBeNull()
    expect(verifiedMailgunSignature(Buffer.from('{"signature":"x"}'), MAILGUN_KEY)).toBeNull()
  })
})
