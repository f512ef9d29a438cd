import fc from 'fast-check'
import { expect, test } from 'vitest'
import { oneLine, wrap } from '../../../../src/mail/rendering/text.ts'
import { anyText } from '../../../support/emails.ts'

test('`wrap` breaks lines at 74 columns, and indents each', () => {
  const text = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ')
  expect(wrap(text, '   ').split('\n')).toEqual([
    '   word0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10',
    '   word11 word12 word13 word14 word15 word16 word17 word18 word19 word20',
    '   word21 word22 word23 word24 word25 word26 word27 word28 word29',
  ])
})

test('`wrap` may indent the first line differently', () => {
  const text = Array.from({ length: 14 }, () => 'title').join(' ')
  expect(
    wrap(text, '    ', ' 7. ')
      .split('\n')
      .map((line) => line.slice(0, 9)),
  ).toEqual([' 7. title', '    title'])
})

test('`wrap` counts a wide character as two columns', () => {
  expect(
    wrap('语'.repeat(40))
      .split('\n')
      .map((line) => line.length),
  ).toEqual([37, 3])
})

test('`wrap` keeps the characters of any text, in lines of up to 74 columns', () => {
  fc.assert(
    fc.property(anyText.map(oneLine), (text) => {
      const wrapped = wrap(text, '  ')
      expect(wrapped.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
      for (const line of wrapped.split('\n')) expect([...line].length).toBeLessThanOrEqual(74)
    }),
  )
})
