import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { paperName, titleInSubject, titleOrName } from '../../../src/emails/paper-name.ts'

describe('`paperName` is', () => {
  test.each([
    ['the part before a colon', 'TriAttention: Efficient Long Reasoning', 40, 'TriAttention'],
    ['the whole title without a colon', 'Gated Linear Attention', 40, 'Gated Linear Attention'],
    ['no part before a colon within a word', 'A Ratio of 3:1', 40, 'A Ratio of 3:1'],
    ['a title in whole words', 'Gated Linear Attention Transformers', 30, 'Gated Linear Attention…'],
    [
      'no title that ends in a preposition',
      'Models of Attention with Hardware in Mind',
      30,
      'Models of Attention…',
    ],
    ['no title that ends in a sign', 'Attention, Revisited - Again and Again', 24, 'Attention, Revisited…'],
    ['a part of a word that is too long', 'x'.repeat(50), 10, `${'x'.repeat(9)}…`],
  ])('%s', (_what, title, maxLength, name) => expect(paperName(title, maxLength)).toBe(name))

  test('never longer than its limit', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), fc.integer({ min: 16, max: 60 }), (title, maxLength) => {
        expect(paperName(title, maxLength).length).toBeLessThanOrEqual(maxLength)
        expect(titleInSubject(title, maxLength).length).toBeLessThanOrEqual(maxLength)
      }),
    )
  })
})

test('`titleOrName` keeps a title that fits, with what follows its colon', () => {
  expect(titleOrName('TriAttention: Long Reasoning', 40)).toBe('TriAttention: Long Reasoning')
  expect(titleOrName('TriAttention: Long Reasoning', 20)).toBe('TriAttention')
})

test('`titleInSubject` has an ellipsis in ASCII', () => {
  expect(titleInSubject('Gated Linear Attention Transformers', 30)).toBe('Gated Linear Attention...')
  expect(titleInSubject('TriAttention: “Long” Reasoning', 60)).toBe('TriAttention: Long Reasoning')
})
