import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBounceText } from '../../../../src/bounces/reading/read-bounce-text.ts'
import { computedMs } from '../../../support/computed-ms.ts'

const read = async (...lines: string[]) => (await readBounceText(lines.join('\n'))).bounces
const brief = async (...lines: string[]) =>
  (await read(...lines)).map(({ recipient, class: kind, status }) => `${recipient} ${kind} ${status}`)

describe('replies, one per line', () => {
  test('each is read, with or without an enhanced code', async () =>
    expect(await brief('550 5.1.1 no one', '', '452 4.2.2 full', '550 no')).toEqual([
      'null dead 5.1.1',
      'null full 4.2.2',
      'null unknown 550',
    ]))

  test('the lines of one reply are joined', async () => {
    const [one, ...more] = await read(
      '550-5.1.1 The account that you tried to',
      '550-5.1.1 reach does',
      '550 5.1.1 not exist',
    )
    expect(more).toEqual([])
    expect(one).toMatchObject({
      class: 'dead',
      diagnostic: '550-5.1.1 The account that you tried to 550-5.1.1 reach does 550 5.1.1 not exist',
    })
  })

  test('are read from a log, with recipient, command and continuation lines', async () =>
    expect(
      (
        await read(
          '<ann@mail.example>: host mx.mail.example[192.0.2.7] said: 550 5.1.1',
          '    <ann@mail.example>: User unknown (in reply to RCPT TO command)',
          'bob@mail.example: 552 5.2.2 full (in reply to end of DATA command)',
          '',
          '  SMTP error from remote mail server after MAIL FROM:<news@papers.example>:',
          '  host mx.mail.example [192.0.2.7]: 550 5.1.8 no such sender',
        )
      ).map(({ recipient, class: kind, to }) => [recipient, kind, to]),
    ).toEqual([
      ['ann@mail.example', 'dead', 'RCPT'],
      ['bob@mail.example', 'full', 'DATA'],
      [null, 'ours', 'MAIL'],
    ]))

  test('are not in a line without a code', async () =>
    expect(await read('hello')).toMatchObject([
      { class: 'unknown', status: null, rule: null, diagnostic: 'hello' },
    ]))

  test('do not include words of an address', async () =>
    expect(await brief('550 5.1.1 <spam@blocked.example>: no one')).toEqual(['null dead 5.1.1']))
})

const HEAD = ['Return-Path: <>', 'From: MAILER-DAEMON@mail.example', 'Subject: Undelivered', '']

describe('a report', () => {
  test('is read from its delivery-status fields, with the reply for each recipient', async () =>
    expect(
      await brief(
        ...HEAD,
        '--b',
        'Content-Type: message/delivery-status',
        '',
        'Reporting-MTA: dns; relay.papers.example',
        '',
        'Final-Recipient: rfc822; ann@mail.example',
        'Action: failed',
        'Status: 5.0.0',
        'Diagnostic-Code: smtp; 550-5.1.1 The account does',
        ' 550 5.1.1 not exist',
        '',
        'Original-Recipient: rfc822;<bob@mail.example>',
        'Action: failed',
        'Status: 5.2.2',
        'Final-Recipient: rfc822; eve@mail.example',
        'Action: delayed',
        'Status: 4.4.1',
        '',
        '--b--',
      ),
    ).toEqual([
      'ann@mail.example dead 5.0.0',
      'bob@mail.example full 5.2.2',
      'eve@mail.example delayed 4.4.1',
    ]))

  test.each([
    ['is unknown if the diagnostic is of a program', 'x-unix; procmail: no such user', '5.1.1', 'unknown'],
    ['is not a failure if a server accepted it', 'smtp; 250 2.0.0 ok', '2.0.0', 'not-a-report', 'relayed'],
    ['has the class of the words if the code has none', 'smtp; 550 no such user here', '5.0.0', 'dead'],
    ['has the class of the code if the words have none', 'smtp; 550 User unknown', '5.1.1', 'dead'],
    ["has the class of the server's own code", 'smtp; 550 5.7.1 blocked', '5.1.1', 'policy'],
  ])('%s', async (_what, diagnostic, status, kind, action = 'failed') =>
    expect(
      await read(
        ...HEAD,
        'Final-Recipient: rfc822; ann@mail.example',
        `Action: ${action}`,
        `Status: ${status}`,
        `Diagnostic-Code: ${diagnostic}`,
      ),
    ).toMatchObject([{ class: kind }]),
  )

  test('is read from the replies above the returned email if it has no fields', async () =>
    expect(
      await brief(
        ...HEAD,
        'Your mail could not be delivered in 2026.',
        '  ann@mail.example',
        '    SMTP error from remote mail server after RCPT TO:<ann@mail.example>:',
        '    host mx.mail.example [192.0.2.7]: 550 5.1.1 <ann@mail.example>:',
        '    nobody',
        '  bob@mail.example',
        '------ This is a copy of the message ------',
        'Subject: 550 5.1.1 ways to read',
      ),
    ).toEqual(['ann@mail.example dead 5.1.1', 'bob@mail.example unknown null']))

  test.each([
    ['a complaint', 'Content-Type: multipart/report;\n report-type=feedback-report', 'complaint'],
    ['an automatic reply', 'Auto-Submitted: auto-replied', 'auto-reply'],
    ['a report without a reply', 'Content-Type: multipart/report; report-type=delivery-status', 'unknown'],
    ['an email of a person', 'X-Mailer: a person', 'not-a-report'],
  ])('has no reply: %s', async (_what, field, kind) =>
    expect(await read('From: ann@mail.example', field, '', 'Hello')).toMatchObject([
      { class: kind, diagnostic: null },
    ]),
  )

  test('is read with any line ends, and quoted-printable', async () => {
    const text = [
      ...HEAD,
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Final-Recipient: rfc822; ann@ma=',
      'il.example',
      'Action: failed',
      'Diagnostic-Code: smtp; 550 5.1=',
      '.1 nobody',
    ]
    for (const end of ['\n', '\r\n', '\r'])
      expect((await readBounceText(text.join(end))).bounces).toMatchObject([
        { recipient: 'ann@mail.example', class: 'dead' },
      ])
  })
})

describe('any text', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      '',
      ' ',
      '550-5.1.1 a',
      '550 5.1.1 b',
      '> <<< 550 c',
      'Final-Recipient: rfc822; a@b',
      'Action: failed',
    ),
    fc.constantFrom(
      'Diagnostic-Code: smtp; 550',
      'Status: 5.1.1',
      'From: a@b',
      '--b',
      'Content-Type: message/delivery-status',
    ),
  )
  test('is classified', () =>
    fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
        for (const one of (await readBounceText(lines.join('\n'))).bounces)
          expect(one.class).toEqual(expect.any(String))
      }),
      { numRuns: 3000 },
    ))

  test.each([
    'a',
    ' ',
    '\n',
    '\n ',
    '> ',
    '-',
    '550-',
    '550-x\n',
    '<a@',
    'a@b: ',
    ': ',
    'x:',
    ':\n ',
    'said: \n',
    '=\n',
    'From: a\n\n--',
  ])(
    'of 2 MB of %j takes little time, as replies and in an email',
    async (word) => {
      const text = word.repeat(Math.ceil(2_000_000 / word.length))
      const begun = computedMs()
      await readBounceText(text)
      await readBounceText(`From: a@mail.example\n\n${text}`)
      expect(computedMs() - begun).toBeLessThan(15_000)
    },
    60_000,
  )
})
