import { describe, expect, test } from 'vitest'
import { parseMail } from '../../../../src/bounces/mail/parse-mail.ts'

const parse = (lines: string[], end = '\n') => parseMail(Buffer.from(lines.join(end), 'latin1'))
const textsOf = async (lines: string[]) => (await parse(lines)).parts.map(({ text }) => text)

const REPORT = [
  'From: =?iso-8859-1?Q?Andr=E9?= <andre@mail.example>',
  'Subject: =?utf-8?B?0J/QuNGB0YzQvNC+?=',
  ' =?utf-8?Q?_=F0=9F=93=A8?= folded',
  'Content-Type: multipart/report; boundary="b1"',
  '',
  'words before',
  '--b1',
  'Content-Type: text/plain; charset=iso-8859-1',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'Unbe=',
  'kannter Empf=E4nger',
  '--b1',
  'Content-Type: message/delivery-status',
  '',
  'Final-Recipient: rfc822; ann@mail.example',
  '--b1',
  'Content-Type: message/rfc822',
  '',
  'Subject: one',
  'Content-Type: multipart/mixed; boundary=b2',
  '',
  '--b2',
  '',
  'inner',
  '--b2--',
  '--b1',
  'Content-Type: text/plain; name=last.txt',
  'Content-Disposition: attachment; filename=last.txt',
  'Content-Transfer-Encoding: base64',
  '',
  'bGFzdA==',
  '--b1--',
]

describe('`parseMail`', () => {
  test.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('reads an email with %s', async (_name, end) => {
    const { headers, parts } = await parse(REPORT, end)
    expect(headers.slice(0, 2)).toEqual([
      { name: 'from', value: 'André <andre@mail.example>' },
      { name: 'subject', value: 'Письмо 📨 folded' },
    ])
    expect(parts.map(({ type, text }) => [type, text.trim()])).toEqual([
      ['text/plain', 'words before'],
      ['text/plain', 'Unbekannter Empfänger'],
      ['message/delivery-status', 'Final-Recipient: rfc822; ann@mail.example'],
      ['message/rfc822', 'Subject: one\nContent-Type: multipart/mixed; boundary=b2\n\n--b2\n\ninner\n--b2--'],
      ['text/plain', 'last'],
    ])
  })

  test('reads an email after a line of an mbox file', async () =>
    expect(await parse(['From daemon Tue Nov 24', 'Subject: x', '', 'y'])).toEqual({
      headers: [{ name: 'subject', value: 'x' }],
      parts: [{ type: 'text/plain', text: 'y' }],
    }))
})

describe('`parseMail` loses no text with', () => {
  test.each([
    ['no head', ['hello you', 'there']],
    ['no head, and text like one later', ['hello', '', 'To: you', '', 'there']],
    ['no boundary', ['Content-Type: multipart/mixed; boundary=b', '', 'hello', '', 'there']],
    [
      'another boundary',
      ['Content-Type: multipart/mixed; boundary=b', '', '--c', '', 'hello there', '--c--'],
    ],
    ['no end', ['Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'hello there']],
    ['an unknown charset', ['Content-Type: text/plain; charset=no-such', '', 'hello there']],
    ['an unknown encoding', ['Content-Transfer-Encoding: no-such', '', 'hello there']],
    ['a line in the head that is not a field', ['Subject: x', 'hello there', 'To: y', '', 'z']],
    ['no empty line', ['Subject: hello there']],
  ])('%s', async (_what, lines) => {
    const { headers, parts } = await parse(lines)
    const all = [...headers.map(({ value }) => value), ...parts.map(({ text }) => text)].join('\n')
    for (const word of ['hello', 'there']) expect(all).toContain(word)
  })

  test.each([
    ['named utf-8 and none', 'Content-Type: text/plain; charset=utf-8', 'Empf\xe4nger', 'Empfänger'],
    ['named ascii and utf-8', 'Content-Type: text/plain; charset=us-ascii', 'Empf\xc3\xa4nger', 'Empfänger'],
    ['of Japan', 'Content-Type: text/plain; charset=iso-2022-jp', '\x1b$B08@h\x1b(B', '宛先'],
  ])('a charset %s', async (_what, type, bytes, text) =>
    expect(await textsOf([type, '', bytes])).toEqual([text]),
  )
})

describe('`parseMail` reads only up to its limits', () => {
  test.each([
    ['of 100,000 parts', `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(100_000)}`],
    [
      'of 10,000 levels',
      Array.from(
        { length: 10_000 },
        (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`,
      ).join(''),
    ],
    ['of 100,000 fields', `${'X-A: y\n'.repeat(100_000)}\nhello`],
    ['of one field of 10 MB', `X-A: ${'y'.repeat(10_000_000)}\n\nhello`],
    ['of one field of a million lines', `X-A: y\n${' z\n'.repeat(1_000_000)}\nhello`],
    ['of one line of 10 MB', `Subject: x\n\n${'y'.repeat(10_000_000)}`],
    ['of 10 MB of HTML', `Content-Type: text/html\n\n${'<b>'.repeat(3_400_000)}`],
    [
      'of 20 MB of base64',
      `Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n${'QUFB'.repeat(19)}\n`.padEnd(
        20_000_000,
        'QUFB',
      ),
    ],
  ])('an email %s', async (_what, mail) => {
    const { headers, parts } = await parseMail(Buffer.from(mail))
    expect(headers.length).toBeLessThanOrEqual(1000)
    expect(parts.length).toBeLessThanOrEqual(202)
    expect(parts.length).toBeGreaterThan(0)
    for (const { value } of headers) expect(value.length).toBeLessThanOrEqual(8000)
    for (const { text } of parts) expect(text.length).toBeLessThanOrEqual(256 * 1024)
  })
})

test('`parseMail` reads a part with an empty type as text', async () => {
  const raw = 'Content-Type: multipart/report; boundary=R\n\n--R\nContent-Type:\n\n550 5.1.1 no\n--R--\n'
  const { parts } = await parseMail(Buffer.from(raw))
  expect(parts).toEqual([{ type: 'text/plain', text: expect.stringContaining('550 5.1.1 no') }])
})
