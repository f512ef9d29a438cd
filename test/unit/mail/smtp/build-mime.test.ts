import { describe, expect, test } from 'vitest'
import { toOutgoingMail } from '../../../../src/mail/smtp/build-mime.ts'
import { digestMessage, digestReturns, sender, unsubscribeUrl } from '../../../support/emails.ts'

const email = { subject: 'Subject', text: 'text', html: '<p>html</p>' }

test('a digest has its envelope, header fields and parts', () => {
  expect(toOutgoingMail(digestMessage, email, sender)).toEqual({
    envelope: { from: 'digest@papers.example.org', to: 'ann@reader.example' },
    from: { name: 'Daily Papers', address: 'digest@papers.example.org' },
    to: { name: '', address: 'ann@reader.example' },
    replyTo: { name: '', address: 'help@papers.example.org' },
    subject: 'Subject',
    messageId: '<digest.AAECAwQFBgcICQoL@papers.example.org>',
    date: new Date('2026-11-24T07:00:00Z'),
    boundary: 'AAECAwQFBgcICQoL',
    headers: {
      'List-ID': '"Daily Papers" <daily.papers.example.org>',
      'List-Unsubscribe': `<${unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Feedback-ID': 'digest:2026-11-24:daily-papers:papersexampleor',
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Daily-Papers-Message': digestMessage.token,
    },
    text: 'text',
    html: '<p>html</p>',
  })
})

test('a message has its own sender and an address to unsubscribe if bounces are received', () => {
  const mail = toOutgoingMail({ ...digestMessage, returnAddresses: digestReturns }, email, sender)
  expect(mail.envelope.from).toBe(digestReturns.sender)
  expect(mail.headers['List-Unsubscribe']).toBe(
    `<${unsubscribeUrl}>, <mailto:${digestReturns.unsubscribe}?subject=unsubscribe>`,
  )
})

test('an email without a stored message has no token', () => {
  const mail = toOutgoingMail({ ...digestMessage, token: undefined }, email, sender)
  expect(Object.keys(mail.headers)).not.toContain('X-Daily-Papers-Message')
})

test.each(['confirmation', 'add-topics', 'goodbye'] as const)(
  'a message of kind %s has no List header fields',
  (kind) => {
    const mail = toOutgoingMail({ ...digestMessage, kind, unsubscribeUrl: undefined }, email, sender)
    expect(Object.keys(mail.headers)).toEqual([
      'Feedback-ID',
      'Auto-Submitted',
      'X-Auto-Response-Suppress',
      'X-Daily-Papers-Message',
    ])
    expect(mail.messageId).toBe(`<${kind}.AAECAwQFBgcICQoL@papers.example.org>`)
  },
)

describe('an address', () => {
  test('has a domain beyond ASCII in ASCII', () => {
    const mail = toOutgoingMail({ ...digestMessage, toAddress: 'Ann@Bücher.example' }, email, sender)
    expect(mail.envelope.to).toBe('Ann@xn--bcher-kva.example')
    expect(mail.to.address).toBe('Ann@xn--bcher-kva.example')
  })

  test.each([
    ['a second command', 'a@y.example\r\nRCPT TO:<e@z.example>'],
    ['a second address', 'a@y.example, b@z.example'],
    ['a group', 'x: a@y.example;'],
    ['a name', 'Ann <ann@y.example>'],
    ['a bare line feed', 'a@y.example\nBcc: e@z.example'],
    ['a NUL', 'a\u0000@y.example'],
    ['two @', 'a@b@y.example'],
    ['a quoted local part', '"a b"@y.example'],
    ['a comment', 'a(x)@y.example'],
    ['an encoded separator', 'a@y.example\u2028b'],
    ['no domain', 'ann@'],
    ['an invalid domain', 'ann@exa%mple'],
    ['nothing', ''],
  ])('with %s is refused', (_what, toAddress) => {
    expect(() => toOutgoingMail({ ...digestMessage, toAddress }, email, sender)).toThrow(
      expect.objectContaining({ code: 'message.bad-address', values: { id: 'AAECAwQFBgcICQoL' } }),
    )
  })
})
