import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CORPUS } from '../../support/accuracy/refusal-corpus.ts'

const OURS = resolve(import.meta.dirname, '../../fixtures/bounces')

/** Kinds that no fixture has: a report in prose, one in quoted-printable, and SMTP replies, one per line. */
const WRITTEN = [
  [
    'From: Mail Delivery System <mailer-daemon@mail.example>',
    'Subject: Mail delivery failed',
    'Date: Tue, 24 Nov 2026 08:00:00 +0000',
    '',
    'A message that you sent could not be delivered.',
    '  ann@mail.example',
    '    SMTP error from remote mail server after RCPT TO:<ann@mail.example>:',
    '    host mx.mail.example [192.0.2.7]: 550 5.1.1 <ann@mail.example>:',
    '    no such user here',
    '------ This is a copy of the message ------',
    'Subject: papers of the day',
    '',
  ],
  [
    'From: MAILER-DAEMON@mail.example',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Final-Recipient: rfc822; bob@ma=',
    'il.example',
    'Action: failed',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550-5.1.1 The account that you tried to',
    ' 550 5.1.1 reach does not exist',
    '',
    'Final-Recipient: rfc822; eve@mail.example',
    'Action: delayed',
    'Status: 4.4.1',
    '--b--',
    '',
  ],
  [
    '<ann@mail.example>: host mx.mail.example[192.0.2.7] said: 550 5.1.1',
    '    <ann@mail.example>: User unknown (in reply to RCPT TO command)',
    'bob@mail.example: 552 5.2.2 full (in reply to end of DATA command)',
    '421 4.7.0 too many messages, slow down',
    '',
  ],
].map((lines) => lines.join('\r\n'))

/** As received, a letter for each byte; with those of real servers if they are beside the checkout. */
export const readReports = (): string[] => [
  ...WRITTEN,
  ...[OURS, CORPUS].filter((folder) => existsSync(folder)).flatMap(mailsIn),
]

const mailsIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.eml'))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'latin1'))
