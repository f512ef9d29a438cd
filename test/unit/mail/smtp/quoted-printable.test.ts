import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import { expect, test } from 'vitest'
import { quotedPrintable } from '../../../../src/mail/smtp/build-mime.ts'
import { anyText } from '../../../support/emails.ts'

const HEADER =
  'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
const decoded = async (encoded: string) => (await simpleParser(HEADER + encoded)).text

test.each([
  ['plain lines', 'One.\nTwo.\n', 'One.\r\nTwo.\r\n'],
  ['an equals sign', '?paper=7', '?paper=3D7'],
  ['letters beyond ASCII', 'é 言 😀', '=C3=A9 =E8=A8=80 =F0=9F=98=80'],
  ['a blank at the end of a line', 'a \nb ', 'a=20\r\nb=20'],
  ['a tab and a control character', '\t\x01', '=09=01'],
  ['CRLF and CR', 'a\r\nb\rc', 'a\r\nb\r\nc'],
  ['a line of 76 characters', 'x'.repeat(76), 'x'.repeat(76)],
  ['a line of 77', 'x'.repeat(77), `${'x'.repeat(75)}=\r\nxx`],
  ['no break within an encoded byte', `${'x'.repeat(74)}=y`, `${'x'.repeat(74)}=\r\n=3Dy`],
])('`quotedPrintable` encodes %s', (_what, text, encoded) => expect(quotedPrintable(text)).toBe(encoded))

test('`quotedPrintable` has lines of up to 76 ASCII characters, which decode to the text', () =>
  fc.assert(
    fc.asyncProperty(fc.array(anyText), async (lines) => {
      const text = lines.join('\n').toWellFormed()
      const encoded = quotedPrintable(text)
      expect(encoded.replaceAll('\r\n', '')).toMatch(/^[ -~]*$/)
      expect(encoded.split('\r\n').every((line) => line.length <= 76 && !line.endsWith(' '))).toBe(true)
      expect(((await decoded(encoded)) ?? '').trimEnd()).toBe(text.replace(/\r\n?/g, '\n').trimEnd())
    }),
    { numRuns: 200 },
  ))
