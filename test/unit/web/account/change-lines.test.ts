import { expect, test } from 'vitest'
import { words } from '../../../../src/i18n/words.ts'
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

// The labels of fields are from the catalogue; no page of the accessibility snapshots has these lines.
const { form } = words
const line = (what: string, before: string, after: string) => `${what}: ${before} → ${after}`
const robots = (after: string) => line('Words of “Robots”', 'robots OR arms', after)

const cases: [what: string, Partial<Subscription>, lines: string[]][] = [
  ['another hour', { hour: 19 }, [line(form.hour, '08:00', '19:00')]],
  [
    'another zone, other days and another limit',
    { zone: 'UTC', days: ['sat'], maxPapers: 5 },
    [
      line(form.zone, 'Tokyo', 'UTC'),
      line(form.days, 'Monday to Friday', 'Saturday'),
      line(form.max, '15', '5'),
    ],
  ],
  [
    'another format, detail, and papers that come close',
    { format: 'text', detail: 'titles', related: true },
    [
      line(form.format, form.formats.html, form.formats.text),
      line(form.detail, form.details.full, form.details.titles),
      line(form.related, form.relatedChoices.false, form.relatedChoices.true),
    ],
  ],
  ['a removed topic', { topics: [second, third] }, ['Removed: linear attention']],
  [
    'added topics',
    { topics: [...BASE.topics, topic('vision'), topic('speech')] },
    ['Added: vision', 'Added: speech'],
  ],
  [
    'another order of topics',
    { topics: [second, first, third] },
    ['New order: rag, linear attention and Robots'],
  ],
  [
    'another name of a topic',
    { topics: [topic('linear attention', 'Attention'), second, third] },
    [line('Name', 'linear attention', 'Attention')],
  ],
  [
    'another query of a topic without its own name',
    { topics: [topic('attention'), second, third] },
    [line('Topic', 'linear attention', 'attention')],
  ],
  [
    'another query of a named topic',
    { topics: [first, second, topic('robots', 'Robots')] },
    [robots('robots')],
  ],
  [
    'another query and name of a topic',
    { topics: [first, second, topic('arms', 'Arms')] },
    [`${robots('arms')}, renamed to “Arms”`],
  ],
  [
    'a pause until a day',
    { state: 'paused', pausedUntil: '2026-12-01' },
    ['Paused until Tuesday 1 December'],
  ],
  ['a pause without an end', { state: 'paused' }, ['Paused until you resume']],
]
const TODAY = '2026-11-24'
test.each(cases)('changeLines describes %s', (_what, changes, expected) => {
  expect(changeLines(BASE, { ...BASE, ...changes }, TODAY)).toEqual(expected)
})

test('changeLines describes a pause that ends, and another one', () => {
  const paused: Subscription = { ...BASE, state: 'paused', pausedUntil: '2026-12-01' }
  expect(changeLines(paused, BASE, TODAY)).toEqual(['Resumed'])
  expect(changeLines(paused, { ...paused, pausedUntil: '2026-12-24' }, TODAY)).toEqual([
    'Pause: until Tuesday 1 December → until Thursday 24 December',
  ])
})
