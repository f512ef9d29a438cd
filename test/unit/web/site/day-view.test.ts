import { describe, expect, test } from 'vitest'
import type { DayPage } from '../../../../src/search/load-day-page.ts'
import { dayView } from '../../../../src/web/site/day-view.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const shown = (changes: Partial<DayPage> = {}): DayPage => ({
  day: '2026-11-24',
  today: '2026-11-24',
  papers: [samplePaper()],
  count: 1,
  page: 1,
  pages: 1,
  first: 1,
  previous: null,
  next: null,
  ...changes,
})

describe('a day', () => {
  test('on one page counts its papers, and has no pages', () => {
    expect(dayView(shown())).toMatchObject({
      title: 'Papers of Tuesday 24 November 2026',
      count: '1 paper',
      pages: null,
    })
  })

  test('on several pages says which papers this one holds', () => {
    const papers = Array.from({ length: 40 }, () => samplePaper())
    expect(dayView(shown({ papers, count: 1000, page: 2, pages: 25, first: 41 }))).toMatchObject({
      title: 'Papers of Tuesday 24 November 2026, page 2 of 25',
      count: 'Papers 41 to 80 of 1000',
      pages: { text: 'Page 2 of 25' },
    })
  })

  test('leads to the days beside it, with the year where it is another one', () => {
    expect(dayView(shown({ day: '2027-01-04', previous: '2026-12-31', next: '2027-01-05' }))).toMatchObject({
      previous: { path: '/papers/date/2026-12-31', text: 'Thu 31 Dec 2026' },
      next: { path: '/papers/date/2027-01-05', text: 'Tue 5 Jan' },
    })
  })

  test.each([
    [1, '/papers/date/2026-11-23', '/papers/date/2026-11-24?page=2'],
    [2, '/papers/date/2026-11-24', '/papers/date/2026-11-24?page=3'],
    [3, '/papers/date/2026-11-24?page=2', undefined],
  ])('on page %i of 3, page by page before day by day', (page, before, after) => {
    const view = dayView(shown({ page, pages: 3, count: 120, previous: '2026-11-23' }))
    expect([view.before?.path, view.after?.path]).toEqual([before, after])
  })

  test.each([
    ['2026-11-22', /a Sunday/],
    ['2026-11-21', /a Saturday/],
    ['2026-11-24', /^Today’s papers aren’t here yet/],
    ['2026-11-20', /^No papers were listed/],
    ['2026-11-28', /hasn’t happened yet/],
  ])('%s without papers says why', (day, why) => {
    const view = dayView(shown({ day, papers: [], count: 0 }))
    expect([view.count, view.empty]).toEqual(['No papers', expect.stringMatching(why)])
  })
})
