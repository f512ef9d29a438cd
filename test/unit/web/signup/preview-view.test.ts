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
    text: '21 papers from 15 Nov to 17 Nov, at most 20 on one day.',
  })
})

test('a topic without papers has no strip', () => {
  expect(stripOf([{ day: '2026-11-15', papers: 0 }])).toBeUndefined()
})
