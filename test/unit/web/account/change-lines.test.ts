import { expect, test } from 'vitest'
import type { Subscription } from '../../../../src/subscribers/change.ts'
import { changeLines } from '../../../../src/web/account/change-summary-view.ts'

const topic = (query: string, name = query) => ({ name, query })
const BASE: Subscription = {
  zone: 'Asia/Tokyo',
  hour: 8,
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  maxPapers: 15,
  format: 'html',
  detail: 'full',
  related: false,
  topics: [topic('linear attention'), topic('rag'), topic('robots OR arms', 'Robots')],
  state: 'active',
  pausedUntil: null,
}
const [first, second, third] = BASE.topics as [
  (typeof BASE.topics)[0],
  (typeof BASE.topics)[0],
  (typeof BASE.topics)[0],
]

const cases: [Partial<Subscription>, string[]][] = [
  [{ hour: 19 }, ['Hour: 08:00 → 19:00']],
  [
    { zone: 'UTC', days: ['sat'], maxPapers: 5 },
    ['Time zone: Asia/Tokyo → UTC', 'Days: Monday to Friday → Saturday', 'Papers per email (max): 15 → 5'],
  ],
  [
    { format: 'text', detail: 'titles', related: true },
    [
      'Format: HTML → Plain text',
      'Show: Title and summary → Titles only',
      'Papers that come close: None → Up to three, after those that match',
    ],
  ],
  [{ topics: [second, third] }, ['Removed: linear attention']],
  [{ topics: [...BASE.topics, topic('vision'), topic('speech')] }, ['Added: vision', 'Added: speech']],
  [{ topics: [second, first, third] }, ['New order: rag, linear attention and Robots']],
  [
    { topics: [topic('linear attention', 'Attention'), second, third] },
    ['Name: linear attention → Attention'],
  ],
  [{ topics: [topic('attention'), second, third] }, ['Topic: linear attention → attention']],
  [{ topics: [first, second, topic('robots', 'Robots')] }, ['Words of “Robots”: robots OR arms → robots']],
  [
    { topics: [first, second, topic('arms', 'Arms')] },
    ['Words of “Robots”: robots OR arms → arms, renamed to “Arms”'],
  ],
  [{ state: 'paused', pausedUntil: '2026-12-01' }, ['Paused until Tuesday 1 December']],
  [{ state: 'paused' }, ['Paused until you resume']],
]
const TODAY = '2026-11-24'
test.each(cases)('changeLines describes %j', (changes, expected) => {
  expect(changeLines(BASE, { ...BASE, ...changes }, TODAY)).toEqual(expected)
})

test('changeLines describes a pause that ends, and another one', () => {
  const paused: Subscription = { ...BASE, state: 'paused', pausedUntil: '2026-12-01' }
  expect(changeLines(paused, BASE, TODAY)).toEqual(['Resumed'])
  expect(changeLines(paused, { ...paused, pausedUntil: '2026-12-24' }, TODAY)).toEqual([
    'Pause: until Tuesday 1 December → until Thursday 24 December',
  ])
})
