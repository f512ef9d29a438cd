import { expect, test } from 'vitest'
import { decodeBody } from '../../../src/sources/fetch-client.ts'

const utf8 = (text: string) => Buffer.from(text)
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const XML = 'application/xml'

test.each<[string, Buffer, string | null, string]>([
  ['UTF-8 that says so', utf8('Göttingen, 東京'), 'text/xml; charset=utf-8', 'Göttingen, 東京'],
  ['UTF-8 that says nothing', utf8('Göttingen, 東京'), null, 'Göttingen, 東京'],
  ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), utf8('<é>')]), XML, '<é>'],
  ['windows-1252 by its type', Buffer.from([0x93, 0xe9, 0x94]), 'text/plain; charset=windows-1252', '“é”'],
  ['a charset in quotes', latin1('é'), 'text/plain; charset="iso-8859-1"', 'é'],
  [
    'Latin-1 by its XML declaration',
    latin1(`<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>`),
    XML,
    `<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>`,
  ],
  ['an unknown charset', utf8('é'), 'text/plain; charset=x-martian', 'é'],
  ['nothing at all', Buffer.alloc(0), null, ''],
])('%s', (_what, bytes, type, text) => {
  expect(decodeBody(bytes, type)).toBe(text)
})

test('decodeBody keeps UTF-8 for a text with one invalid byte', () => {
  const bytes = Buffer.concat([utf8('Göttingen '), Buffer.from([0xff]), utf8(' Zürich')])
  expect(decodeBody(bytes, null)).toBe('Göttingen \ufffd Zürich')
})

test('decodeBody keeps UTF-8 for a text with a replacement character', () => {
  expect(decodeBody(utf8('no\ufffd a word beyond ASCII'), null)).toBe('no\ufffd a word beyond ASCII')
})

test('decodeBody ignores an encoding that the text is about', () => {
  const text = '[{"title":"Gains of encoding=utf-16le, é"}]'
  expect(decodeBody(utf8(text), 'application/json')).toBe(text)
})
