import { describe, expect, test } from 'vitest'
import { counted, fill, placed, words } from '../../../../src/i18n/words.ts'
import type { Paper } from '../../../../src/papers/paper.ts'
import { paperPageView } from '../../../../src/web/site/paper-page-view.ts'
import { type PlaceOfDay, placeOfDay } from '../../../../src/web/site/place-of-day.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const page = (changes: Partial<Paper>, place: PlaceOfDay | null = null) =>
  paperPageView(samplePaper({ title: 'On $\\beta$-Decay', ...changes }), {
    baseUrl: 'https://papers.example',
    place,
  })

const names = (count: number) => Array.from({ length: count }, (_, n) => `A${n + 1}`)

test.each([
  [0, 0, 0],
  [12, 12, 0],
  [13, 13, 0],
  [14, 12, 2],
  [100, 12, 88],
])('a page of %i authors names %i of them and folds %i', (count, shown, folded) => {
  const { authors, moreAuthors } = page({ authors: names(count) })
  expect([authors.length, moreAuthors.length]).toEqual([shown, folded])
  expect([...authors, ...moreAuthors]).toEqual(
    names(count).map((text) => ({ text, url: `/papers?q=author:%22${text}%22` })),
  )
})

test('a page has title and abstract with formulas, the title as plain text as well, and names without TeX', () => {
  const view = page({ abstract: 'In $O(n^2)$.', authors: ['Gy\\"orgy', '{\\L}ukasz'] })
  expect(view).toMatchObject({ title: 'On β-Decay', authors: [{ text: 'György' }, { text: 'Łukasz' }] })
  expect(view.abstractRuns.at(-1)?.math?.mathml).toMatch(/^<math aria-label="O\(n²\)">/)
  expect(page({ abstract: '' }).abstractRuns).toEqual([])
})

test('addresses in an abstract are links, without the punctuation after them', () => {
  const abstract = 'Code (see https://a.example/b?c=1). In $x^2$ and http://d.example, too.'
  const links = page({ abstract }).abstractRuns.filter(({ url }) => url)
  expect(links.map(({ text, url }) => [text, url])).toEqual([
    ['https://a.example/b?c=1', 'https://a.example/b?c=1'],
    ['http://d.example', 'http://d.example'],
  ])
})

describe('the links of a page', () => {
  const { pdf, arxiv, html, project } = words.paper

  test('lead to the PDF, arXiv, its HTML and the project', () => {
    expect(page({ arxivId: '2312.00752', projectUrl: 'https://a.example' }).links).toEqual([
      { text: pdf, url: 'https://arxiv.org/pdf/2312.00752' },
      { text: arxiv, url: 'https://arxiv.org/abs/2312.00752' },
      { text: html, url: 'https://arxiv.org/html/2312.00752' },
      { text: project, url: 'https://a.example/' },
    ])
  })

  test.each([{ arxivId: '2311.00752' }, { arxivId: 'hep-th/9901001' }, { doi: '10.1101/2024.05.01.592001' }])(
    'lead to no HTML for %j',
    (names) => {
      expect(page(names).links.map(({ text }) => text)).not.toContain(html)
    },
  )
})

test('the date of submission is left out if it contradicts the arXiv id', () => {
  const submitted = (day: string) => page({ arxivId: '2511.07397', publishedAt: new Date(day) }).submitted
  expect(submitted('2025-11-10')).toBe('2025-11-10')
  expect(submitted('2026-06-23')).toBe(null)
})

describe('`placeOfDay`', () => {
  const day = (...votes: number[]) => votes.map((count, i) => ({ id: i + 1, votes: count }))

  test.each([
    [1, 50, 1],
    [2, 8, 2],
    [3, 8, 2],
    [4, 0, 4],
  ])('of paper %i with %i votes is %i', (id, votes, place) => {
    expect(placeOfDay({ id, votes }, day(50, 8, 8, 0))).toMatchObject({ place, papers: 4 })
  })

  test('has a bar for each paper, the most votes last', () => {
    const { bars } = placeOfDay({ id: 2, votes: 8 }, day(50, 8, 8, 0))!
    expect(bars).toEqual([
      { step: 0, own: false },
      { step: 2, own: false },
      { step: 2, own: true },
      { step: 10, own: false },
    ])
  })

  test('has one bar for several papers of a large day, and one that is its own', () => {
    const votes = Array.from({ length: 500 }, (_, i) => i)
    for (const own of [0, 1, 250, 499]) {
      const { bars } = placeOfDay({ id: own + 1, votes: own }, day(...votes))!
      expect(bars).toHaveLength(48)
      expect(bars.filter((bar) => bar.own)).toEqual([{ step: Math.ceil((own / 499) * 10), own: true }])
      expect(bars.map(({ step }) => step)).toEqual(bars.map(({ step }) => step).toSorted((a, b) => a - b))
    }
  })

  test('does not exist without votes, or for a paper of another day', () => {
    expect(placeOfDay({ id: 1, votes: null }, day(1, 2))).toBe(null)
    expect(placeOfDay({ id: 9, votes: 3 }, day(1, 2))).toBe(null)
  })

  test.each([
    [1, fill(words.paper.mostOfDay, { papers: 36 })],
    [2, placed(2, words.paper.placeOfDay, { papers: 36 })],
    [3, placed(3, words.paper.placeOfDay, { papers: 36 })],
    [11, placed(11, words.paper.placeOfDay, { papers: 36 })],
  ])('%i is named on the page', (place, text) => {
    const view = page({ votes: 4, comments: 1 }, { place, papers: 36, bars: [] })
    expect(view.place).toBe(text)
    expect(view.comments.map((comment) => comment.text)).toEqual([counted(1, words.counts.comment)])
  })
})
