import { expect, test } from 'vitest'
import { frameLines, type ProgressFrame } from '../../../../src/operator/operations/digest-progress.ts'

const books = {
  date: '2026-11-24',
  due: 1000,
  planned: 400,
  nothingMatched: 90,
  paused: 10,
  missed: 0,
  accepted: 150,
  refused: 6,
  gaveUp: 1,
  skipped: 2,
  uncertain: 1,
  open: 240,
  closed: false,
}
const frame = (changes: Partial<ProgressFrame> = {}): ProgressFrame => ({
  dayTotals: books,
  delivery: { delivery: 'on', since: null, reason: null },
  samples: [
    { at: 5000, done: 60 },
    { at: 15_000, done: 160 },
  ],
  now: new Date('2026-11-24T08:00:05Z'),
  columns: 80,
  ...changes,
})

test('progress, rate, time left, and every count', () => {
  expect(frameLines(frame())).toEqual([
    'Digests of Tue 24 Nov 2026, not complete, 08:00:05 UTC',
    'Planned  [####################--------------------]  50 % (500 of 1000)',
    'Mailed   [################------------------------]  40 % (160 of 400)',
    '         10 a second, 24 s left',
    'accepted 150  refused 6  gave up 1  skipped 2  uncertain 1  open 240',
    'nothing matched 90  paused 10  missed 0',
    'Ctrl-C only stops watching.',
  ])
})

test.each([30, 40, 60, 200])('no line is wider than a terminal of %i columns', (columns) => {
  const lines = frameLines(frame({ columns }))
  expect(lines.filter((line) => line.length > columns)).toEqual([])
  expect(lines.join('\n')).toContain('open 240')
})

test('no rate from one sample, without progress, or while sending is paused', () => {
  const standstill = { at: 15_000, done: 60 }
  const paused = { delivery: 'paused', since: new Date('2026-11-24T07:30:00Z'), reason: 'relay' } as const
  for (const changes of [
    { samples: [standstill] },
    { samples: [{ at: 5000, done: 60 }, standstill] },
    { delivery: paused },
  ]) {
    expect(frameLines(frame(changes)).join('\n')).not.toContain('a second')
  }
  expect(frameLines(frame({ delivery: paused })).join('\n')).toContain(
    'paused since 2026-11-24 07:30 UTC: relay',
  )
})

test.each([
  [{ at: 15_000, done: 61 }, '0.1 a second, 40 min left'],
  [{ at: 15_000, done: 1060 }, '100 a second, 3 s left'],
  [{ at: 95_000, done: 61 }, '0.0 a second, 6 h 0 min left'],
])('the pace in figures that can be read: %o', (last, text) => {
  expect(frameLines(frame({ samples: [{ at: 5000, done: 60 }, last] })).join('\n')).toContain(text)
})

test('no one due yet, and everything accounted for', () => {
  const none = { ...books, due: 0, planned: 0, nothingMatched: 0, paused: 0, open: 0 }
  expect(frameLines(frame({ dayTotals: none }))[1]).toBe('Nothing is due on this date yet.')
  const closed = { ...books, closed: true, open: 0 }
  expect(frameLines(frame({ dayTotals: closed })).at(-1)).toBe('Every email has a final result.')
})
