import { describe, expect, test } from 'vitest'
import { counted, fill, words } from '../../../../src/i18n/words.ts'
import { FIRST_PAGE, type PaperList } from '../../../../src/search/load-paper-list.ts'
import { spanOf, weekUpTo } from '../../../../src/search/spans.ts'
import { listView } from '../../../../src/web/site/list-view.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const day = (name: string) => spanOf('day', name)

const shown = (changes: Partial<PaperList> = {}): PaperList => ({
  ...FIRST_PAGE,
  span: day('2026-11-24'),
  today: '2026-11-24',
  papers: [samplePaper()],
  counts: { papers: 1, withCode: 0 },
  pages: 1,
  first: 1,
  mostVotes: null,
  gains: null,
  previous: null,
  next: null,
  ...changes,
})

const counts = { papers: 120, withCode: 0 }
const forty = Array.from({ length: 40 }, () => samplePaper())

describe('a day', () => {
  test('on one page counts its papers, and has no pages', () => {
    expect(listView(shown())).toMatchObject({
      title: 'Papers of Tuesday 24 November 2026',
      note: '1 paper',
      pages: null,
      monthPath: '/papers/month/2026-11',
    })
  })

  test('on several pages shows which papers this one has', () => {
    const view = listView(shown({ papers: forty, counts, page: 2, pages: 3, first: 41 }))
    expect(view).toMatchObject({
      title: 'Papers of Tuesday 24 November 2026, page 2 of 3',
      note: 'Papers 41 to 80 of 120',
      pages: { text: 'Page 2 of 3' },
    })
  })

  test('leads to the days beside it, with the year if it differs', () => {
    const beside = { previous: day('2026-12-31'), next: day('2027-01-05') }
    expect(listView(shown({ span: day('2027-01-04'), ...beside }))).toMatchObject({
      previous: { path: '/papers/date/2026-12-31', text: 'Thu 31 Dec 2026' },
      next: { path: '/papers/date/2027-01-05', text: 'Tue 5 Jan' },
    })
  })

  test.each([
    [1, '/papers/date/2026-11-23', '/papers/date/2026-11-24?page=2'],
    [2, '/papers/date/2026-11-24', '/papers/date/2026-11-24?page=3'],
    [3, '/papers/date/2026-11-24?page=2', undefined],
  ])('on page %i of 3, page by page before day by day', (page, before, after) => {
    const view = listView(shown({ page, pages: 3, counts, previous: day('2026-11-23') }))
    expect([view.before?.path, view.after?.path]).toEqual([before, after])
  })

  test.each([
    ['2026-11-22', /a Sunday/],
    ['2026-11-21', /a Saturday/],
    ['2026-11-24', /^Today’s papers aren’t here yet/],
    ['2026-11-20', /^No papers were listed/],
    ['2026-11-28', /hasn’t happened yet/],
  ])('%s without papers explains it', (name, why) => {
    const view = listView(shown({ span: day(name), papers: [], counts: { papers: 0, withCode: 0 } }))
    expect([view.note, view.empty]).toEqual(['No papers', expect.stringMatching(why)])
  })
})

describe('a week and a month', () => {
  test('the last seven days are a week without a name, between other weeks', () => {
    const span = weekUpTo('2026-12-01')
    expect(listView(shown({ span, previous: spanOf('week', '2026-11-24') }))).toMatchObject({
      heading: fill(words.list.lastWeek, { days: '25 Nov – 1 Dec' }),
      path: '/papers/week',
      previous: { path: '/papers/week/2026-W48' },
      orders: [{ path: '/papers/week' }, { path: '/papers/week?sort=newest' }],
    })
  })

  test('the newest day leads on to its week, and knows the papers of the day before', () => {
    const before = { day: '2026-11-23', papers: 8 }
    const view = listView(shown({ previous: day('2026-11-23') }), [before])
    expect(view.previous?.count).toBe(counted(8, words.counts.paper))
    expect(view.week).toEqual({
      path: '/papers/week',
      text: fill(words.list.lastWeek, { days: '18–24 November' }),
    })
    expect(listView(shown({ next: day('2026-11-25') })).week).toBeNull()
  })

  test('are named by their dates, and lead to those beside them', () => {
    const beside = { previous: spanOf('week', '2025-12-24'), next: spanOf('week', '2026-01-05') }
    expect(listView(shown({ span: spanOf('week', '2025-12-31'), ...beside }))).toMatchObject({
      title: 'Papers: Week of 29 Dec 2025',
      previous: { path: '/papers/week/2025-W52', text: '22–28 Dec 2025' },
      next: { path: '/papers/week/2026-W02', text: '5–11 Jan' },
    })
    expect(listView(shown({ span: spanOf('month', '2026-11-24') })).title).toBe('Papers of November 2026')
  })

  test('a month shows its weeks, with the days of papers as links', () => {
    const days = [{ day: '2026-11-24', papers: 31 }]
    const { calendar } = listView(shown({ span: spanOf('month', '2026-11-24') }), days)
    expect(calendar?.weeks.map(({ path }) => path)).toEqual(
      [44, 45, 46, 47, 48, 49].map((week) => `/papers/week/2026-W${week}`),
    )
    // November 2026 starts on a Sunday and ends on a Monday.
    expect(calendar?.weeks[0]?.days.slice(5)).toEqual([
      null,
      { day: '2026-11-01', date: 1, papers: 0, path: null },
    ])
    expect(calendar?.weeks[4]?.days[1]).toEqual({
      day: '2026-11-24',
      date: 24,
      papers: 31,
      path: '/papers/date/2026-11-24',
    })
    expect(calendar?.weeks[5]?.days.filter((cell) => cell)).toHaveLength(1)
  })
})

describe('the choices', () => {
  const week = { span: spanOf('week', '2026-11-24'), counts: { papers: 90, withCode: 41 } }

  test('each keeps the other, and starts at the first page', () => {
    const view = listView(shown({ ...week, order: 'newest', withCode: true, page: 2, pages: 2, first: 41 }))
    expect(view).toMatchObject({
      note: 'Papers 41 to 41 of 41',
      path: '/papers/week/2026-W48',
      orders: [
        { path: '/papers/week/2026-W48?code=1', chosen: false },
        { path: '/papers/week/2026-W48?sort=newest&code=1', chosen: true },
      ],
      code: { path: '/papers/week/2026-W48?sort=newest', count: 41, chosen: true },
      pages: { previous: { path: '/papers/week/2026-W48?sort=newest&code=1' } },
    })
  })

  test('without code there is no filter, unless it is chosen', () => {
    const none = { papers: 3, withCode: 0 }
    expect(listView(shown({ counts: none })).code).toBeNull()
    expect(listView(shown({ counts: none, withCode: true, papers: [] }))).toMatchObject({
      code: { chosen: true },
      empty: 'None of these papers has code yet.',
    })
  })

  test('trending papers have no other order', () => {
    const view = listView(shown({ span: null }))
    expect([view.path, view.orders, view.calendar]).toEqual(['/papers/trending', [], null])
  })
})
