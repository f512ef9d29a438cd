import { expect, test } from 'vitest'
import { stripOf } from '../../../../src/web/signup/preview-view.ts'

test('the strip of a topic has a bar for each day, and says the same in words', () => {
  const perDay = [
    { day: '2026-11-15', papers: 0 },
    { day: '2026-11-16', papers: 1 },
    { day: '2026-11-17', papers: 20 },
  ]
  expect(stripOf(perDay)).toEqual({
    bars: [{ step: 0 }, { step: 1 }, { step: 10 }],
    text: '21 papers from 15 Nov to 17 Nov, up to 20 a day.',
  })
})

test('papers that come close are hollow, on top of the matches of their day', () => {
  const perDay = ['2026-11-15', '2026-11-16', '2026-11-17'].map((day, i) => ({ day, papers: [1, 0, 3][i]! }))
  expect(stripOf(perDay, [1, 2, 0])).toEqual({
    bars: [{ step: 7, filled: 5 }, { step: 7, filled: 0 }, { step: 10 }],
    text: '4 papers from 15 Nov to 17 Nov, up to 3 a day. 3 more come close.',
  })
})

test('a topic without papers has no strip', () => {
  expect(stripOf([{ day: '2026-11-15', papers: 0 }])).toBeUndefined()
})
