/** Emails that are made to break a parser; each is built when it is needed. */
export const BOMBS: Record<string, () => Buffer> = {
  'a hundred thousand siblings': () =>
    mixed(Array.from({ length: 100_000 }, () => '--R\r\nContent-Type: text/plain\r\n\r\nx\r\n').join('')),
  'parts in parts, ten thousand deep': () => {
    const opened = Array.from(
      { length: 10_000 },
      (_, n) => `Content-Type: multipart/mixed; boundary="b${n}"\r\n\r\n--b${n}\r\n`,
    )
    return Buffer.from(`${HEAD}${opened.join('')}Content-Type: text/plain\r\n\r\ndeep\r\n`)
  },
  'emails in emails, ten thousand deep': () =>
    Buffer.from(`${HEAD}${'Content-Type: message/rfc822\r\n\r\n'.repeat(10_000)}deep\r\n`),
  'a header of ten megabytes': () => Buffer.from(`${HEAD}X-Long: ${'a'.repeat(10_000_000)}\r\n\r\nx\r\n`),
  'a header folded a million times': () =>
    Buffer.from(`${HEAD}Subject: x${'\r\n y'.repeat(500_000)}\r\n\r\nx\r\n`),
  'a hundred thousand headers': () =>
    Buffer.from(`${HEAD}${Array.from({ length: 100_000 }, (_, n) => `X-${n}: y\r\n`).join('')}\r\nx\r\n`),
  'a hundred thousand recipients': () =>
    report(
      Array.from(
        { length: 100_000 },
        (_, n) => `Final-Recipient: rfc822; a${n}@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n`,
      ).join(''),
    ),
  'encoded words without end': () =>
    Buffer.from(`${HEAD}Subject: ${'=?utf-8?q?=41=42?= '.repeat(200_000)}\r\n\r\nx\r\n`),
  'twenty megabytes of base64': () =>
    mixed(
      `--R\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n${'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\r\n'.repeat(285_000)}`,
    ),
  'huge html': () =>
    mixed(`--R\r\nContent-Type: text/html\r\n\r\n${'<div><table><tr><td>'.repeat(250_000)}\r\n`),
  'one line without end': () => Buffer.from(`${HEAD}\r\n${'550 5.1.1 '.repeat(1_000_000)}`),
  'one address without end': () =>
    Buffer.from(`${HEAD}\r\n<${'a.'.repeat(1_000_000)}@${'b.'.repeat(500_000)}example>: 550 no\r\n`),
  'cut off in a header': () => Buffer.from(HEAD.slice(0, 40)),
  'cut off in a boundary': () =>
    report('Final-Recipient: rfc822; a@b.example\r\nAction: failed').subarray(0, -7),
  'with an unknown charset': () =>
    mixed('--R\r\nContent-Type: text/plain; charset="x-none-\u0001"\r\n\r\n\xff\xfe\xfd\r\n'),
  'invalid utf-16': () =>
    mixed('--R\r\nContent-Type: text/plain; charset=utf-16\r\n\r\n550 5.1.1 no such user\r\n'),
  'nul everywhere': () => Buffer.concat([Buffer.from(HEAD), Buffer.alloc(2_000_000)]),
  'nul in a header and an address': () =>
    report(
      'Final-Recipient: rfc822; a\0b@c.example\r\nAction: failed\r\nDiagnostic-Code: smtp; 550\0 no\r\n',
    ),
  'a boundary inside itself': () =>
    Buffer.from(
      `${HEAD}Content-Type: multipart/mixed; boundary="R"\r\n\r\n${'--R\r\nContent-Type: multipart/mixed; boundary="R"\r\n\r\n'.repeat(20_000)}`,
    ),
  'boundaries that begin with each other': () =>
    Buffer.from(
      `${HEAD}Content-Type: multipart/mixed; boundary="-"\r\n\r\n${'--\r\n---\r\n----\r\n-----\r\n'.repeat(100_000)}`,
    ),
  'an empty boundary': () =>
    Buffer.from(`${HEAD}Content-Type: multipart/mixed; boundary=""\r\n\r\n${'--\r\nx\r\n'.repeat(100_000)}`),
  'quoted-printable of equal signs': () =>
    mixed(
      `--R\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${'='.repeat(2_000_000)}\r\n`,
    ),
  'a part of no type': () => mixed('--R\r\nContent-Type:\r\n\r\n550 5.1.1 no such user\r\n'),
  'only carriage returns': () => Buffer.from(HEAD.replaceAll('\r\n', '\r') + '\r'.repeat(2_000_000)),
  'parameters without end': () =>
    Buffer.from(
      `${HEAD}Content-Type: multipart/mixed${Array.from({ length: 50_000 }, (_, n) => `; boundary*${n}*=%41`).join('')}\r\n\r\nx\r\n`,
    ),
  'brackets and quotes that none closes': () =>
    Buffer.from(`${HEAD}To: ${'(<"'.repeat(300_000)}\r\nReferences: ${'<a@b '.repeat(200_000)}\r\n\r\nx\r\n`),
  nothing: () => Buffer.from(''),
}

const HEAD = 'From: Mail Delivery System <MAILER-DAEMON@relay.example>\r\nSubject: Undelivered Mail\r\n'

const mixed = (parts: string): Buffer =>
  Buffer.from(`${HEAD}Content-Type: multipart/mixed; boundary="R"\r\n\r\n${parts}\r\n--R--\r\n`, 'latin1')

const report = (status: string): Buffer =>
  Buffer.from(
    `${HEAD}Content-Type: multipart/report; report-type=delivery-status; boundary="R"\r\n\r\n--R\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n${status}\r\n--R--\r\n`,
    'latin1',
  )
