import { describe, expect, test } from 'vitest'
import {
  PROVIDERS,
  type ProviderName,
  providerOf,
  readWebhookBody,
} from '../../../../src/bounces/providers/registry.ts'
import type { Fault } from '../../../../src/core/errors.ts'
import {
  brevoEvent,
  mailgunEvent,
  mailgunFailure,
  postmarkBounce,
  postmarkEvent,
  sendgridBody,
  sendgridEvent,
  sesBounce,
  sesComplaint,
  sesEvent,
} from '../../../support/provider-bodies.ts'

const readBody = (name: ProviderName, body: Buffer) => readWebhookBody(providerOf(name)!, body)

const address = 'ann@reader.example'
const messageId = '<digest.AAECAwQFBgcICQoL@papers.example>'
const token = '0123456789abcdef'
const sent = { address, messageId, token }
const UNKNOWN = '550 5.1.1 <ann@reader.example>: Recipient address rejected: User unknown'
const FULL = '552 5.2.2 <ann@reader.example> Mailbox full'
const SPAM = '550 5.7.1 Message rejected as spam by content filter'
const BUSY = '451 4.3.0 Temporary failure, try again later'

const ses = (event: object | string) =>
  Buffer.from(
    JSON.stringify({
      Type: 'Notification',
      Message: typeof event === 'string' ? event : JSON.stringify(event),
    }),
  )
const sendgrid = (event: string, more: object = {}) => sendgridBody(sendgridEvent(event, sent, more))
const mailgun = (event: string, more: object = {}) =>
  Buffer.from(JSON.stringify({ signature: {}, 'event-data': mailgunEvent(event, sent, more) }))
const postmark = (type: string, details: string, more: object = {}) =>
  postmarkBounce(type, details, sent, more)
const changed = (fields: object) =>
  postmarkEvent('SubscriptionChange', {
    Recipient: address,
    SuppressSending: true,
    Origin: 'Recipient',
    ...fields,
  })

type Row = [provider: ProviderName, what: string, body: Buffer, kind: string, sure?: boolean]

const rows: Row[] = [
  ['ses', 'NoEmail, without words', ses(sesBounce('Permanent', 'NoEmail', {}, sent)), 'dead', true],
  [
    'ses',
    'General, with a code',
    ses(sesBounce('Permanent', 'General', { status: '5.1.1', diagnosticCode: `smtp; ${UNKNOWN}` }, sent)),
    'dead',
    true,
  ],
  ['ses', 'General, without words', ses(sesBounce('Permanent', 'General', {}, sent)), 'dead', false],
  [
    'ses',
    'General, with only words',
    ses(
      sesBounce(
        'Permanent',
        'General',
        { status: '5.0.0', diagnosticCode: 'smtp; 550 no mailbox here by that name' },
        sent,
      ),
    ),
    'dead',
    false,
  ],
  [
    'ses',
    'General, for spam',
    ses(sesBounce('Permanent', 'General', { status: '5.7.1', diagnosticCode: `smtp; ${SPAM}` }, sent)),
    'policy',
  ],
  [
    'ses',
    'NoEmail with a full mailbox',
    ses(sesBounce('Permanent', 'NoEmail', { diagnosticCode: `smtp; ${FULL}` }, sent)),
    'full',
  ],
  [
    'ses',
    'Suppressed, with a code of their own',
    ses(
      sesBounce(
        'Permanent',
        'Suppressed',
        { status: '5.1.1', diagnosticCode: 'Amazon SES has suppressed sending to this address' },
        sent,
      ),
    ),
    'dead',
    false,
  ],
  [
    'ses',
    'OnAccountSuppressionList',
    ses(sesBounce('Permanent', 'OnAccountSuppressionList', {}, sent)),
    'dead',
    false,
  ],
  ['ses', 'MailboxFull', ses(sesBounce('Transient', 'MailboxFull', {}, sent)), 'full'],
  ['ses', 'MessageTooLarge', ses(sesBounce('Transient', 'MessageTooLarge', {}, sent)), 'ours'],
  ['ses', 'ContentRejected', ses(sesBounce('Transient', 'ContentRejected', {}, sent)), 'policy'],
  ['ses', 'AttachmentRejected', ses(sesBounce('Transient', 'AttachmentRejected', {}, sent)), 'policy'],
  ['ses', 'Transient, on holiday', ses(sesBounce('Transient', 'General', {}, sent)), 'temporary'],
  [
    'ses',
    'Transient with a code for dead',
    ses(sesBounce('Transient', 'General', { diagnosticCode: `smtp; ${UNKNOWN}` }, sent)),
    'temporary',
    false,
  ],
  ['ses', 'Undetermined', ses(sesBounce('Undetermined', 'Undetermined', {}, sent)), 'unknown'],
  ['ses', 'a complaint', ses(sesComplaint('abuse', sent)), 'complaint'],
  ['ses', 'a complaint without a type', ses(sesComplaint(null, sent)), 'complaint'],
  ['ses', 'a correction that it is not spam', ses(sesComplaint('not-spam', sent)), 'not-a-report'],
  [
    'ses',
    'a delay',
    ses(
      sesEvent(
        'DeliveryDelay',
        { delayType: 'MailboxFull', delayedRecipients: [{ emailAddress: address, status: '4.2.2' }] },
        sent,
      ),
    ),
    'delayed',
  ],
  ['ses', 'a delivery', ses(sesEvent('Delivery', { recipients: [address] }, sent)), 'not-a-report'],
  ['ses', 'an opened email', ses(sesEvent('Open', { ipAddress: '192.0.2.1' }, sent)), 'not-a-report'],
  [
    'ses',
    'that the topic was set up',
    ses('Successfully validated SNS topic for Amazon SES event publishing.'),
    'not-a-report',
  ],
  [
    'sendgrid',
    'a bounce with a code',
    sendgrid('bounce', { type: 'bounce', status: '5.1.1', reason: UNKNOWN }),
    'dead',
    true,
  ],
  [
    'sendgrid',
    'a bounce with only words',
    sendgrid('bounce', { type: 'bounce', status: '5.0.0', reason: '500 unknown recipient' }),
    'dead',
    false,
  ],
  [
    'sendgrid',
    'a bounce of a full mailbox',
    sendgrid('bounce', { type: 'bounce', status: '5.2.2', reason: FULL }),
    'full',
  ],
  [
    'sendgrid',
    'a bounce for spam',
    sendgrid('bounce', { type: 'bounce', status: '5.7.1', reason: SPAM }),
    'policy',
  ],
  [
    'sendgrid',
    'a block',
    sendgrid('bounce', { type: 'blocked', status: '5.0.0', reason: '554 unable to deliver' }),
    'policy',
  ],
  [
    'sendgrid',
    'a block of a full mailbox',
    sendgrid('bounce', { type: 'blocked', status: '4.2.2', reason: FULL }),
    'full',
  ],
  ['sendgrid', 'dropped: bounced before', sendgrid('dropped', { reason: 'Bounced Address' }), 'dead', false],
  ['sendgrid', 'dropped: no address', sendgrid('dropped', { reason: 'Invalid' }), 'dead', false],
  [
    'sendgrid',
    'dropped: complained before',
    sendgrid('dropped', { reason: 'Spam Reporting Address' }),
    'complaint',
  ],
  [
    'sendgrid',
    'dropped: unsubscribed there',
    sendgrid('dropped', { reason: 'Unsubscribed Address' }),
    'unsubscribe',
  ],
  ['sendgrid', 'dropped: spam', sendgrid('dropped', { reason: 'Spam Content' }), 'policy'],
  ['sendgrid', 'dropped for our header', sendgrid('dropped', { reason: 'Invalid SMTPAPI header' }), 'policy'],
  ['sendgrid', 'deferred', sendgrid('deferred', { response: BUSY, attempt: '5' }), 'delayed'],
  ['sendgrid', 'a complaint', sendgrid('spamreport'), 'complaint'],
  ['sendgrid', 'unsubscribe', sendgrid('unsubscribe'), 'unsubscribe'],
  [
    'sendgrid',
    'unsubscribe from a group',
    sendgrid('group_unsubscribe', { asm_group_id: 10 }),
    'unsubscribe',
  ],
  [
    'sendgrid',
    'subscribe again to a group',
    sendgrid('group_resubscribe', { asm_group_id: 10 }),
    'not-a-report',
  ],
  ['sendgrid', 'delivered', sendgrid('delivered', { response: '250 OK' }), 'not-a-report'],
  [
    'mailgun',
    'failed for good, the codes apart',
    mailgun(
      'failed',
      mailgunFailure(550, '5.1.1', '5.1.1 The email account that you tried to reach does not exist'),
    ),
    'dead',
    true,
  ],
  ['mailgun', 'failed for good, for spam', mailgun('failed', mailgunFailure(550, '5.7.1', SPAM)), 'policy'],
  [
    'mailgun',
    'failed for good, full',
    mailgun('failed', mailgunFailure(552, '5.2.2', '5.2.2 mailbox full')),
    'full',
  ],
  ['mailgun', 'failed for good, no words', mailgun('failed', mailgunFailure(550, '', '')), 'dead', false],
  [
    'mailgun',
    'tried for too long',
    mailgun('failed', { ...mailgunFailure(602, '', 'Too old'), reason: 'old' }),
    'temporary',
  ],
  [
    'mailgun',
    'on its list of bounces',
    mailgun('failed', { ...mailgunFailure(605, '', ''), reason: 'suppress-bounce' }),
    'dead',
    false,
  ],
  [
    'mailgun',
    'on its list of complaints',
    mailgun('failed', { ...mailgunFailure(607, '', ''), reason: 'suppress-complaint' }),
    'complaint',
  ],
  [
    'mailgun',
    'on its list of unsubscribes',
    mailgun('failed', { ...mailgunFailure(606, '', ''), reason: 'suppress-unsubscribe' }),
    'unsubscribe',
  ],
  [
    'mailgun',
    'failed for now',
    mailgun('failed', { ...mailgunFailure(452, '4.2.2', 'full'), severity: 'temporary' }),
    'delayed',
  ],
  ['mailgun', 'rejected by itself', mailgun('rejected', { reject: { reason: 'Sandbox' } }), 'policy'],
  ['mailgun', 'complained', mailgun('complained'), 'complaint'],
  ['mailgun', 'unsubscribed', mailgun('unsubscribed'), 'unsubscribe'],
  ['mailgun', 'opened', mailgun('opened'), 'not-a-report'],
  ['postmark', 'HardBounce with a code', postmark('HardBounce', `smtp;${UNKNOWN}`), 'dead', true],
  ['postmark', 'HardBounce without', postmark('HardBounce', 'Test bounce details'), 'dead', false],
  ['postmark', 'HardBounce for spam', postmark('HardBounce', `smtp;${SPAM}`), 'policy'],
  ['postmark', 'BadEmailAddress', postmark('BadEmailAddress', ''), 'dead', false],
  ['postmark', 'SoftBounce, full', postmark('SoftBounce', `smtp;${FULL}`), 'full'],
  [
    'postmark',
    'SoftBounce, with a code for dead',
    postmark('SoftBounce', `smtp;${UNKNOWN}`),
    'temporary',
    false,
  ],
  ['postmark', 'Transient', postmark('Transient', `smtp;${BUSY}`), 'temporary'],
  ['postmark', 'Blocked', postmark('Blocked', 'smtp;554 not from here'), 'policy'],
  ['postmark', 'SpamNotification', postmark('SpamNotification', ''), 'policy'],
  ['postmark', 'AutoResponder', postmark('AutoResponder', ''), 'auto-reply'],
  ['postmark', 'a type of tomorrow', postmark('Tomorrow', ''), 'unknown'],
  [
    'postmark',
    'SpamComplaint',
    postmarkEvent('SpamComplaint', { Email: address, Type: 'SpamComplaint' }),
    'complaint',
  ],
  ['postmark', 'a change by the reader', changed({ SuppressionReason: 'ManualSuppression' }), 'unsubscribe'],
  [
    'postmark',
    'a change by the operator',
    changed({ SuppressionReason: 'ManualSuppression', Origin: 'Customer' }),
    'not-a-report',
  ],
  ['postmark', 'a change because of a bounce', changed({ SuppressionReason: 'HardBounce' }), 'not-a-report'],
  [
    'postmark',
    'a change because of a complaint',
    changed({ SuppressionReason: 'SpamComplaint' }),
    'complaint',
  ],
  ['postmark', 'a change back', changed({ SuppressionReason: null, SuppressSending: false }), 'not-a-report'],
  ['postmark', 'Open', postmarkEvent('Open', { Recipient: address, FirstOpen: true }), 'not-a-report'],
  ['brevo', 'hard_bounce with a code', brevoEvent('hard_bounce', sent, UNKNOWN), 'dead', true],
  [
    'brevo',
    'hardBounce as marketing has it',
    brevoEvent('hardBounce', sent, '550 No such user here'),
    'dead',
    false,
  ],
  ['brevo', 'hard_bounce for spam', brevoEvent('hard_bounce', sent, SPAM), 'policy'],
  ['brevo', 'invalid_email', brevoEvent('invalid_email', sent), 'dead', false],
  ['brevo', 'soft_bounce, full', brevoEvent('soft_bounce', sent, FULL), 'full'],
  ['brevo', 'soft_bounce', brevoEvent('soft_bounce', sent, 'the server is busy'), 'temporary'],
  ['brevo', 'blocked', brevoEvent('blocked', sent, 'blocked : due to blacklist user'), 'policy'],
  ['brevo', 'deferred', brevoEvent('deferred', sent, BUSY), 'delayed'],
  ['brevo', 'error', brevoEvent('error', sent), 'unknown'],
  ['brevo', 'spam', brevoEvent('spam', sent), 'complaint'],
  ['brevo', 'complaint', brevoEvent('complaint', sent), 'complaint'],
  ['brevo', 'unsubscribed', brevoEvent('unsubscribed', sent), 'unsubscribe'],
  ['brevo', 'unique_opened', brevoEvent('unique_opened', sent), 'not-a-report'],
]

test.each(rows)('a report of %s has its class: %s', (provider, _what, body, kind, sure = false) => {
  const [bounce, ...others] = readBody(provider, body)
  expect(others).toEqual([])
  const isReport = kind !== 'not-a-report'
  expect(bounce).toMatchObject({ class: kind, sure, recipient: isReport ? address : null })
  if (!isReport) expect(bounce!.about).toEqual({ tokens: [], messageIds: [] })
})

test.each<[string, ProviderName, Buffer, string]>([
  ['a deferral', 'sendgrid', sendgrid('deferred', { reason: 'x', response: BUSY }), BUSY],
  ['a bounce', 'sendgrid', sendgrid('bounce', { reason: UNKNOWN, response: 'x' }), UNKNOWN],
  [
    'a dropped email',
    'sendgrid',
    sendgrid('dropped', { reason: 'Spam Content', response: 'x' }),
    'Spam Content',
  ],
  ['a complaint', 'sendgrid', sendgrid('spamreport', { reason: 'x', response: 'x' }), ''],
  ['an unsubscribe', 'sendgrid', sendgrid('unsubscribe', { reason: 'x', response: 'x' }), ''],
  ['a failure', 'mailgun', mailgun('failed', mailgunFailure(550, '5.1.1', UNKNOWN)), UNKNOWN],
  [
    'an expired email',
    'mailgun',
    mailgun('failed', { ...mailgunFailure(552, '', 'old'), reason: 'old' }),
    'old',
  ],
  ['a rejection', 'mailgun', mailgun('rejected', { reject: { reason: 'Sandbox' } }), 'Sandbox'],
  ['a complaint', 'mailgun', mailgun('complained', mailgunFailure(550, '', 'x')), ''],
  ['a bounce', 'brevo', brevoEvent('hard_bounce', sent, UNKNOWN), UNKNOWN],
  ['a complaint', 'brevo', brevoEvent('spam', sent, 'x'), ''],
  ['an unsubscribe', 'brevo', brevoEvent('unsubscribed', sent, 'x'), ''],
])('the reply in %s of %s is the reply of the server', (_what, provider, body, reply) =>
  expect(readBody(provider, body)).toMatchObject([{ reply }]),
)

test("SendGrid's reason counts only for a bounce", () => {
  const body = sendgrid('bounce', { type: 'bounce', status: '', reason: '', response: UNKNOWN })
  expect(readBody('sendgrid', body)).toMatchObject([{ class: 'dead', sure: false, reply: '' }])
})

describe('the email of a report', () => {
  const about = (provider: ProviderName, body: Buffer) => readBody(provider, body)[0]!.about
  test('is found by header fields that SES may return', () => {
    const bounce = sesBounce('Permanent', 'NoEmail', {}, sent)
    expect(about('ses', ses(bounce))).toEqual({ tokens: [token], messageIds: [messageId] })
    const bare = sesBounce('Permanent', 'NoEmail', {}, { address })
    expect(about('ses', ses(bare))).toEqual({ tokens: [], messageIds: [] })
  })
  test('is found by the Message-ID of SendGrid, Brevo and Mailgun', () => {
    expect(about('sendgrid', sendgrid('spamreport')).messageIds).toEqual([messageId])
    expect(about('brevo', brevoEvent('spam', sent)).messageIds).toEqual([messageId])
    expect(about('mailgun', mailgun('complained')).messageIds).toEqual([messageId.slice(1, -1)])
  })
  test("is found by the bounce that Postmark may return, not by Postmark's id", () => {
    const Content = `Return-Path: <>\r\n\r\nX-Daily-Papers-Message: ${token}\r\nMessage-ID: ${messageId}\r\n`
    expect(about('postmark', postmark('HardBounce', UNKNOWN, { Content }))).toEqual({
      tokens: [token],
      messageIds: [messageId],
    })
    expect(about('postmark', postmark('HardBounce', UNKNOWN))).toEqual({ tokens: [], messageIds: [] })
  })
})

describe('a body with several', () => {
  test('events has a bounce for each report', () => {
    const body = sendgridBody(
      sendgridEvent('delivered', { address: 'ben@reader.example' }),
      sendgridEvent('spamreport', { address: 'cleo@reader.example' }),
      sendgridEvent('open', { address: 'dora@reader.example' }),
      sendgridEvent(
        'bounce',
        { address: 'eve@reader.example' },
        { type: 'bounce', reason: UNKNOWN, status: '5.1.1' },
      ),
    )
    expect(readBody('sendgrid', body).map(({ recipient, class: kind }) => [recipient, kind])).toEqual([
      ['cleo@reader.example', 'complaint'],
      ['eve@reader.example', 'dead'],
    ])
  })
  test('recipients has a bounce for each', () => {
    const event = sesBounce('Permanent', 'General', { status: '5.1.1' }, sent)
    Object.assign(event, {
      bounce: {
        bounceType: 'Permanent',
        bounceSubType: 'General',
        bouncedRecipients: [
          { emailAddress: 'Ann <ann@reader.example>', status: '5.1.1', diagnosticCode: `smtp; ${UNKNOWN}` },
          { emailAddress: 'ben@reader.example', status: '5.7.1', diagnosticCode: `smtp; ${SPAM}` },
        ],
      },
    })
    expect(readBody('ses', ses(event)).map(({ recipient, class: kind }) => [recipient, kind])).toEqual([
      ['ann@reader.example', 'dead'],
      ['ben@reader.example', 'policy'],
    ])
  })
  test('a published event of SES is read like a notification', () => {
    const { notificationType, ...rest } = sesComplaint('abuse', sent)
    expect(readBody('ses', ses({ eventType: notificationType, ...rest }))).toMatchObject([
      { class: 'complaint' },
    ])
  })
})

describe('a body that cannot be read', () => {
  const codeOf = (provider: ProviderName, body: Buffer) => {
    try {
      readBody(provider, body)
    } catch (error) {
      expect((error as Fault).message).not.toContain('ann@')
      return (error as Fault).code
    }
    return 'none'
  }
  const broken = ['', '{"ann@reader.example', '[]', '[1, 2]', '"ann@reader.example"', 'null', '\xff\xfe']
  test.each(
    PROVIDERS.flatMap(({ name: provider }) => broken.map((text): [ProviderName, string] => [provider, text])),
  )('fails for %s: %j', (provider, text) => {
    const isOther = provider === 'ses' && ['[]', '[1, 2]', '"ann@reader.example"', 'null'].includes(text)
    expect(codeOf(provider, Buffer.from(text, 'latin1'))).toBe(isOther ? 'none' : 'report.unreadable')
  })
  test('does not include one with fields of undocumented types', () => {
    const odd = { event: 'bounce', email: { a: 1 }, reason: [], status: 5, 'smtp-id': null, type: 7 }
    expect(readBody('sendgrid', sendgridBody(odd))).toMatchObject([{ class: 'dead', recipient: null }])
    expect(readBody('ses', ses({ notificationType: 'Bounce', bounce: 'x', mail: [] }))).toMatchObject([
      { class: 'not-a-report' },
    ])
    expect(
      readBody('mailgun', Buffer.from('{"event-data":{"event":"failed","delivery-status":1}}')),
    ).toMatchObject([{ class: 'dead', sure: false }])
  })
})
