import { expect, test } from 'vitest'
import { barsView } from '../../../../src/web/signup/preview-view.ts'

test('a day without papers of any topic is a dash, and so is a week of such days', () => {
  const perDay = [0, 0, 0, 4, 0, 0].map((papers, n) => ({ day: `2026-11-${14 + n}`, papers }))
  const bars = barsView(perDay, new Set(['2026-11-17', '2026-11-18']))
  expect(bars?.weeks.map(({ from, days, papers }) => [from, days.map((bar) => bar?.papers), papers])).toEqual(
    [
      ['14 Nov', [undefined, undefined, undefined, undefined, undefined, '–', '–'], '–'],
      ['16 Nov', ['–', 4, 0, '–', undefined, undefined, undefined], 4],
    ],
  )
})

test('a newer version counts on a day without new papers', () => {
  const bars = barsView([{ day: '2026-11-15', papers: 1 }], new Set())
  expect(bars?.weeks[0]?.days.at(-1)).toEqual({ papers: 1, step: 10 })
})
