import { describe, expect, test } from 'vitest'
import type { PreviewResult } from '../../../src/digests/preview/preview-topics.ts'
import { counted, fill, words } from '../../../src/i18n/words.ts'
import { paceTexts } from '../../../src/web/pace-text.ts'

const { daily, weekly, few, later } = words.paces
const ON = fill(words.paces.on, { day: words.weekdays.mon })
const NONE = fill(words.paces.none, { span: '30 days' })
const papersOf = (count: number) => counted(count, words.counts.paper)
const titled = (title: string) => ({ title: [{ text: title, marked: false }] })

const preview = (changes: object): PreviewResult =>
  ({
    to: '2026-04-07',
    days: 30,
    weekdays: 22,
    weeks: 30 / 7,
    topics: [{}],
    together: { total: 0 },
    digest: null,
    week: null,
    ...changes,
  }) as unknown as PreviewResult

const texts = (changes: object) => paceTexts(preview(changes), { most: 15, weekday: 'mon' })

test.each([
  [0, NONE, NONE],
  [3, few, few],
  [12, fill(daily.aWeek, { papers: papersOf(3) }), fill(weekly.about, { papers: papersOf(3), on: ON })],
  [44, fill(daily.about, { papers: papersOf(2) }), fill(weekly.about, { papers: papersOf(10), on: ON })],
  [120, fill(daily.about, { papers: papersOf(5) }), fill(weekly.top, { most: 15, count: 28, on: ON })],
  [440, fill(daily.top, { most: 15, count: 20 }), fill(weekly.top, { most: 15, count: 103, on: ON })],
])('the rates of schedules for %i papers in 30 days are “%s” and “%s”', (total, aDay, aWeek) => {
  const { daily, weekly } = texts({ together: { total } })
  expect([daily.rate, weekly.rate]).toEqual([aDay, aWeek])
})

test('the daily rate without a topic is that of the best of each day', () =>
  expect(texts({ topics: [], together: { total: 440 } }).daily.rate).toBe(fill(daily.best, { most: 15 })))

describe('the titles of a schedule', () => {
  const together = { total: 44 }
  const sections = [
    {
      papers: [
        titled('OpenWorldLib: A Codebase'),
        titled('A very long title that nobody would want on a card'),
      ],
    },
    { papers: [titled('TriAttention: Efficient')] },
    { close: true, papers: [titled('LightThinker: Close')] },
  ]

  test('are the first short ones that match; the others are counted', () => {
    const digest = { day: '2026-04-07', content: { sections } }
    const week = {
      from: '2026-04-01',
      to: '2026-04-07',
      total: 40,
      papers: [titled('MMaDA'), titled('TriAttention: x')],
    }
    const { daily: aDay, weekly: aWeek } = texts({ together, digest, week })
    const day = words.paces.today
    const more = (count: number) => fill(words.paces.more, { count })
    const titles = `OpenWorldLib, TriAttention and ${more(1)}`
    expect(aDay.says).toBe(`${fill(daily.titles, { day, titles })} ${daily.noEmail}`)
    expect(aWeek.says).toBe(
      fill(weekly.titles, { days: '1–7 Apr', titles: `MMaDA, TriAttention and ${more(13)}` }),
    )
  })

  test('begin with the paper that the subject of the email names', () => {
    const strong = {
      ...titled('Gated Linear Attention Transformers with Hardware-Efficient Training'),
      votes: 9,
    }
    const weak = { ...titled('Quartet: Native Training'), votes: 1 }
    const reason = { kind: 'match', found: { abstract: ['attention'] } }
    const sections = [
      { topic: 'quantization', papers: [{ ...weak, reason }] },
      { topic: 'attention', papers: [strong] },
    ]
    const digest = { day: '2026-04-07', content: { sections } }
    const titles = `Gated Linear Attention Transformers… and ${fill(words.paces.more, { count: 1 })}`
    expect(texts({ together, digest }).daily.says).toBe(
      `${fill(daily.titles, { day: words.paces.today, titles })} ${daily.noEmail}`,
    )
  })

  test('are left out on a day whose email has only papers that come close, which are counted', () => {
    const close = [{ close: true, papers: [titled('DV-World')] }]
    const digest = { day: '2026-04-06', content: { sections: close } }
    for (const total of [0, 44])
      expect(texts({ together: { total }, digest }).daily.says).toBe(
        counted(1, daily.onlyClose, { day: '6 Apr' }),
      )
  })

  test('name the day of the digest, and say so if nothing matched', () => {
    const digest = { day: '2026-04-06', content: null }
    expect(texts({ together, digest }).daily.says).toBe(fill(daily.nothing, { day: '6 Apr' }))
  })

  test('are missing as long as nothing ever matched', () =>
    expect(texts({ digest: { day: '2026-04-06', content: null } }).daily.says).toBe(later))
})
