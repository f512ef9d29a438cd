import { expect, test } from 'vitest'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { DayWindow, dayWindowOf } from '../../../../src/search/back-test/day-window.ts'
import { archiveOf } from '../../../support/archive-of.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const archive = archiveOf([
  { title: 'alpha', firstDay: '2026-11-01' },
  { title: 'alpha beta', firstDay: '2026-11-10' },
  { title: 'alpha', firstDay: '2026-11-10' },
  { title: 'beta', firstDay: '2026-11-12', votes: 4 },
  { title: 'alpha once more', firstDay: '2026-11-11', onlyRevised: true, revisedDay: '2026-11-11' },
  { title: 'beta', firstDay: '2026-10-01', revisedDay: '2026-11-12' },
])
const window = new DayWindow(archive, { from: '2026-11-10', to: '2026-11-12' })

const found = (query: string, like?: string) =>
  archive
    .attributesOf(window.find(parseQuery(query), like === undefined ? undefined : parseQuery(like)))
    .map(({ id }) => id)

test.each([
  ['alpha', undefined, [2, 3]],
  ['beta', undefined, [2, 4]],
  ['is:revised', undefined, [5, 6]],
  ['beta', 'beta is:revised', [2, 4, 6]],
  ['alpha', 'alpha is:revised', [2, 3, 5]],
  ['alpha OR is:revised', undefined, [2, 3, 5, 6]],
  ['votes>=4', undefined, [4]],
])('%s, as a part of %s, finds %j', (query, like, ids) => {
  expect(found(query, like)).toEqual(ids)
})

test('the window has papers first listed in these days, and newer versions by their day', () => {
  expect([window.size, window.daysWithPapers, window.perWeekday(6)]).toEqual([3, 2, 3])
  expect(window.weeks).toBe(window.days.length / 7)
  expect(window.countByDay(window.find(parseQuery('beta OR is:revised')))).toEqual([1, 1, 2])
  expect(window.onDay(window.listed, 0).map(({ id }) => id)).toEqual([2, 3])
})

test('the window is made once while the archive does not change', () => {
  const days = { from: '2026-11-01', to: '2026-11-30' }
  const first = dayWindowOf(archive, days)
  expect(dayWindowOf(archive, days)).toBe(first)
  expect(dayWindowOf(archive, { ...days, from: '2026-11-02' })).not.toBe(first)
  archive.index.upsert([samplePaper({ id: 99, title: 'beta', firstDay: '2026-11-12' })])
  expect(dayWindowOf(archive, days).size).toBe(first.size + 1)
})

test('the window without papers has no rate', () => {
  const empty = new DayWindow(archive, { from: '2025-01-01', to: '2025-01-30' })
  expect([empty.size, empty.daysWithPapers, empty.perWeekday(0), empty.weeks]).toEqual([0, 0, 0, 0])
})

test('the weeks of the window begin with the first day that has papers', () => {
  const young = archiveOf([{ firstDay: '2026-11-20' }, { firstDay: '2026-11-23' }])
  expect(new DayWindow(young, { from: '2026-10-26', to: '2026-11-24' }).weeks).toBe(5 / 7)
})

test('papers a weekday count those of a weekend, but not its days', () => {
  const week = archiveOf(['13', '14', '16'].map((day) => ({ firstDay: `2026-11-${day}` })))
  const days = new DayWindow(week, { from: '2026-11-10', to: '2026-11-16' })
  expect([days.daysWithPapers, days.weekdays, days.perWeekday(3)]).toEqual([3, 2, 1.5])
})
