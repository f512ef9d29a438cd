import { encode, wrap } from 'nodemailer/lib/qp'
import { describe, expect, test } from 'vitest'
import { openTextEncoder, placeholdersFor, writeText } from '../../../../src/mail/rendering/encoded-text.ts'

const MAX_LENGTH = 160
const WORD = 'abcdefgh '

/** Words, each with this letter among its own. */
const lineOf = (length: number, letter: string): string =>
  Array.from(WORD.replace('d', letter).repeat(MAX_LENGTH)).slice(0, length).join('')

function encodedWith(text: string, topic = ''): string {
  const encoded = openTextEncoder(placeholdersFor(topic ? { topic: topic.length } : {})).lines(text)
  const out = Buffer.alloc(encoded.length)
  expect(writeText(out, 0, { text: encoded, values: { topic } })).toBe(encoded.length)
  return out.toString('latin1')
}

describe('encoded lines', () => {
  const lengths = Array.from({ length: MAX_LENGTH + 1 }, (_, length) => length)

  test.each([
    ['plain', 'd', '\n'],
    ['with an equals sign', '=', '\n'],
    ['with an accent', 'é', '\n'],
    ['with an emoji', '😀', '\n'],
    ['with a tab', '\t', '\n'],
    ['with a control character', '\x01', '\n'],
    ['with a deletion character', '\x7f', '\n'],
    ['with a carriage return', '\r', '\n'],
    ['with CRLF', 'd', '\r\n'],
    ['with a blank at the end', 'd', ' \n'],
    ['without a line break', 'd', ''],
    ['with a blank and without a line break', 'd', ' '],
  ])('of any length, %s, are as nodemailer encodes them', (_, letter, end) => {
    for (const length of lengths) {
      const text = lineOf(length, letter) + end
      expect(encodedWith(text), `${length} characters`).toBe(wrap(encode(text.replace(/\r\n?|\n/g, '\r\n'))))
    }
  })

  test('with a place for a short value get the value', () => {
    const { topic } = placeholdersFor({ topic: 5 })
    expect(encodedWith(`See ${topic}.\n`, '12345')).toBe('See 12345.\r\n')
  })
})
