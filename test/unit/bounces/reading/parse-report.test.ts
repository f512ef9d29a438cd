import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseMail } from '../../../../src/bounces/mail/parse-mail.ts'
import { type ParsedReport, parseReport } from '../../../../src/bounces/reading/parse-report.ts'
import { computedMs } from '../../../support/computed-ms.ts'
import { FORMATS } from './formats.ts'

const read = async (lines: string[], end = '\n'): Promise<ParsedReport> =>
  parseReport(await parseMail(Buffer.from(lines.join(end))))

const brief = ({ bounces: returned }: ParsedReport): string[] =>
  returned.map(
    ({ recipient, class: kind, status, sure }) => `${recipient} ${kind} ${status}${sure ? ' sure' : ''}`,
  )

describe('a report in the format of', () => {
  test.each(FORMATS)('$name', async ({ mail, says }) => {
    for (const end of ['\n', '\r\n', '\r']) expect(brief(await read(mail, end))).toEqual(says)
  })
})

describe('a report that refuses the address of its reader', () => {
  const report = (...text: string[]) => [
    'From: MAILER-DAEMON@relay.example',
    'To: digest@papers.example',
    'Subject: Undelivered mail',
    '',
    ...text,
  ]

  test('is about the other address that it refuses', async () => {
    const lines = report(
      '<digest@papers.example>: 550 5.1.1 User unknown',
      '<ann@mail.example>: 550 5.1.1 User unknown',
    )
    expect(brief(await read(lines))).toEqual(['ann@mail.example dead 5.1.1 sure'])
  })

  test('is about it if it names no other', async () => {
    const lines = report('<digest@papers.example>: 550 5.1.1 User unknown')
    expect(brief(await read(lines))).toEqual(['digest@papers.example dead 5.1.1 sure'])
  })
})

describe('the email of a report', () => {
  const format = (name: string) => FORMATS.find((one) => one.name.startsWith(name))!.mail
  test.each(['qmail', 'Exim,', 'a delivery-status part', 'OpenSMTPD'])(
    'is found in the header of the returned email: %s',
    async (name) =>
      expect((await read(format(name))).about).toEqual({
        messageIds: ['<digest.7@papers.example>'],
        tokens: ['abc.def'],
      }),
  )

  test('is found in the fields In-Reply-To and References', async () =>
    expect(
      (
        await read([
          'From: postmaster@relay.example',
          'Subject: Undeliverable',
          'In-Reply-To: <digest.7@papers.example>',
          'References: <a@b.example>',
          ' <digest.7@papers.example>',
          '',
          'It could not be delivered.',
        ])
      ).about.messageIds,
    ).toEqual(['<digest.7@papers.example>', '<a@b.example>']))
})

describe('a complaint', () => {
  const complaint = (fields: string[], copy: string[] = ['To: ann@mail.example']) => [
    'From: feedback@mail.example',
    'Subject: abuse report',
    'Content-Type: multipart/report; report-type=feedback-report; boundary=b1',
    '',
    '--b1',
    '',
    'This is a report of abuse.',
    '--b1',
    'Content-Type: message/feedback-report',
    '',
    ...fields,
    '',
    '--b1',
    'Content-Type: message/rfc822',
    '',
    'Message-ID: <digest.7@papers.example>',
    'X-Daily-Papers-Message: abc.def',
    ...copy,
    '',
    '--b1--',
  ]

  test.each([
    [['Feedback-Type: abuse', 'Original-Rcpt-To: <ann@mail.example>'], 'ann@mail.example complaint null'],
    [['Feedback-Type: fraud', 'Removal-Recipient: ann@mail.example'], 'ann@mail.example complaint null'],
    [['Feedback-Type: opt-out'], 'ann@mail.example unsubscribe null'],
    [['Feedback-Type: miscategorized'], 'ann@mail.example complaint null'],
    [['Feedback-Type: not-spam', 'Original-Rcpt-To: ann@mail.example'], 'null not-a-report null'],
    [['Feedback-Type: auth-failure', 'Original-Rcpt-To: ann@mail.example'], 'null ours null'],
  ])('is read from its fields (RFC 5965): %j', async (fields, says) => {
    const report = await read(complaint(fields))
    expect(brief(report)).toEqual([says])
    expect(report.about).toEqual({ messageIds: ['<digest.7@papers.example>'], tokens: ['abc.def'] })
  })

  test.each(['redacted@mail.example', 'redacted', '0123456789abcdef0123456789abcdef@mail.example'])(
    'has no recipient if that is redacted: %s',
    async (reader) =>
      expect(
        brief(await read(complaint(['Feedback-Type: abuse', `Original-Rcpt-To: ${reader}`], []))),
      ).toEqual(['null complaint null']),
  )

  test('is read without its own part', async () =>
    expect(
      brief(
        await read([
          'From: abuse@mail.example',
          'Subject: report',
          '',
          'Feedback-Type: abuse',
          'Original-Rcpt-To: ann@mail.example',
        ]),
      ),
    ).toEqual(['ann@mail.example complaint null']))

  test.each([
    [
      [
        'From: news@papers.example',
        'X-HmXmrOriginalRecipient: ann@mail.example',
        'Subject: papers',
        '',
        'hello',
      ],
    ],
    [
      [
        'From: staff@hotmail.com',
        'Subject: complaint about message from 192.0.2.7',
        'Content-Type: message/rfc822',
        '',
        'X-HmXmrOriginalRecipient: ann@mail.example',
        '',
        'hello',
      ],
    ],
  ])("is read in Microsoft's format", async (mail) =>
    expect(brief(await read(mail))).toEqual(['ann@mail.example complaint null']),
  )
})

describe('an email that is not a report', () => {
  test.each([
    [
      ['Auto-Submitted: auto-replied', 'Subject: Away'],
      'I am away, this address is no longer valid.',
      'auto-reply',
    ],
    [['X-Autoreply: yes', 'Subject: hello'], 'I am away.', 'auto-reply'],
    [['Precedence: auto_reply', 'Subject: hello'], 'I am away.', 'auto-reply'],
    [['Subject: Automatic reply: papers'], 'I am away.', 'auto-reply'],
    [['Subject: Abwesenheitsnotiz: papers'], 'Ich bin nicht da.', 'auto-reply'],
    [['Subject: Réponse automatique : papers'], 'Je suis absent.', 'auto-reply'],
    [['Subject: Fuera de la oficina'], 'No estoy.', 'auto-reply'],
    [['Subject: 不在のお知らせ'], '不在です', 'auto-reply'],
    [['Subject: your mail'], 'Please confirm that you are human.', 'auto-reply'],
    [
      ['Content-Type: multipart/report; report-type=disposition-notification; boundary=b1'],
      'Read.',
      'auto-reply',
    ],
    [['Subject: Re: papers'], 'My friend says: 550 5.1.1 user unknown. Nice paper!', 'not-a-report'],
    [['Subject: hello'], '', 'not-a-report'],
    [
      ['Subject: Re: Mail delivery failure, studied'],
      'ann@mail.example: not found in my list!',
      'not-a-report',
    ],
    [
      ['Return-Path: <>', 'Auto-Submitted: auto-replied', 'Subject: Re: Why message passing failed'],
      'I left. ann@mail.example: this address does not exist any more.',
      'auto-reply',
    ],
    [
      ['Subject: Automatic reply: Mail error report'],
      'I could not be reached. ann@mail.example',
      'auto-reply',
    ],
  ])('has its class with %j', async (fields, body, kind) =>
    expect(brief(await read(['From: ann@mail.example', ...fields, '', body]))).toEqual([`null ${kind} null`]),
  )

  test('may be a person who forwards a report as an attachment', async () =>
    expect(
      brief(
        await read([
          'From: ann@mail.example',
          'Subject: look at this',
          'Content-Type: multipart/mixed; boundary=b1',
          '',
          '--b1',
          '',
          'hello',
          '--b1',
          'Content-Type: message/rfc822',
          '',
          ...FORMATS[0]!.mail.map((line) => line.replaceAll('b1', 'b2')),
          '--b1--',
        ]),
      ),
    ).toEqual(['null not-a-report null']))
})

test.each([
  ['bounce', 'bouncedRecipients'],
  ['complaint', 'complainedRecipients'],
])('a %s in JSON is read up to its first 200 recipients', async (part, recipients) => {
  const listed = Array.from({ length: 201 }, (_, n) => ({
    emailAddress: n < 200 ? 'ann@mail.example' : 'ben@mail.example',
    status: '5.1.1',
  }))
  const mail = ['Subject: Notification', '', JSON.stringify({ [part]: { [recipients]: listed } })]
  const { bounces } = await read(mail)
  expect(bounces.map(({ recipient }) => recipient)).toEqual(['ann@mail.example'])
})

describe('any email', () => {
  test('has a recipient and a class after any change', () => {
    const change = fc.record({
      at: fc.nat(2000),
      cut: fc.nat(60),
      put: fc.string({ unit: 'binary', maxLength: 20 }),
    })
    return fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...FORMATS),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (format, changes) => {
          let mail = format.mail.join('\n')
          for (const { at, cut, put } of changes) mail = mail.slice(0, at) + put + mail.slice(at + cut)
          const { bounces: returned, about } = await read([mail])
          expect(returned.length).toBeGreaterThan(0)
          expect(about).toEqual({ messageIds: expect.any(Array), tokens: expect.any(Array) })
          for (const one of returned) {
            expect(one.class).toEqual(expect.any(String))
            expect(one.sure && one.class !== 'dead').toBe(false)
          }
        },
      ),
      { numRuns: 600 },
    )
  }, 60_000)

  test.each([
    'a ',
    '<a@',
    'a@b.example: ',
    '550 5.1.1 ',
    '> ',
    'To: a@b.example\n',
    '<b@c.example>:\n',
    'Received: x\n',
    '<p',
    '<style>',
    '&amp;',
    '=?utf-8?q?a',
    'Final-Recipient: rfc822; a@b.example\nStatus: 5.1.1\n\n',
    'the mailbox of the user ',
  ])(
    '2 MB of %j are read in no time',
    async (word) => {
      const text = word.repeat(Math.ceil(2_000_000 / word.length))
      for (const type of ['text/plain', 'text/html', 'message/rfc822']) {
        const mail = await parseMail(
          Buffer.from(`From: mailer-daemon@a.example\nContent-Type: ${type}\n\n${text}`),
        )
        const begun = computedMs()
        parseReport(mail)
        expect(computedMs() - begun).toBeLessThan(3000)
      }
    },
    60_000,
  )
})
