import { encode, wrap } from 'nodemailer/lib/qp'
import { describe, expect, test } from 'vitest'
import { openTextEncoder, placeholdersFor, writeText } from '../../../../src/mail/rendering/encoded-text.ts'

const LONGEST = 160
const BLANK_EVERY = 9

const lineOf = (length: number, letter: string): string =>
  Array.from({ length }, (_, i) => (i % BLANK_EVERY === 4 ? ' ' : letter)).join('')

function written(text: string, topic = ''): string {
  const encoded = openTextEncoder(placeholdersFor(topic ? { topic: topic.length } : {})).lines(text)
  const out = Buffer.alloc(encoded.length)
  expect(writeText(out, 0, { text: encoded, values: { topic } })).toBe(encoded.length)
  return out.toString('latin1')
}

describe('encoded lines', () => {
  const lengths = Array.from({ length: LONGEST }, (_, length) => length)

  test.each([
    ['plain', 'a', '\n'],
    ['with an equals sign', '=', '\n'],
    ['with an accent', 'é', '\n'],
    ['with a tab', '\t', '\n'],
    ['with a blank at the end', 'a', ' \n'],
    ['without a line break', 'a', ''],
    ['with a blank and without a line break', 'a', ' '],
  ])('of any length, %s, are as nodemailer encodes them', (_, letter, end) => {
    for (const length of lengths) {
      const text = lineOf(length, letter) + end
      expect(written(text), `${length} characters`).toBe(wrap(encode(text.replace('\n', '\r\n'))))
    }
  })

  test('with a place for a short value get the value', () => {
    const { topic } = placeholdersFor({ topic: 5 })
    expect(written(`See ${topic}.\n`, '12345')).toBe('See 12345.\r\n')
  })
})
