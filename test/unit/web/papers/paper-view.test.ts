import { describe, expect, test } from 'vitest'
import type { Paper } from '../../../../src/papers/paper.ts'
import { paperItem, paperPageView } from '../../../../src/web/papers/paper-view.ts'

const paper = (changes: Partial<Paper>): Paper => ({
  id: 7,
  title: 'On $\\beta$-Decay',
  abstract: 'Short.',
  authors: [],
  categories: [],
  keywords: [],
  organization: null,
  codeUrl: null,
  projectUrl: null,
  summary: null,
  publishedAt: null,
  arxivId: null,
  doi: null,
  firstDay: '2026-11-24',
  onlyRevised: false,
  revisedDay: null,
  votes: null,
  comments: null,
  ...changes,
})

const names = (count: number) => Array.from({ length: count }, (_, n) => `A${n + 1}`)

const item = (changes: Partial<Paper>) => paperItem(paper(changes))

describe('a paper in a list', () => {
  test.each([
    [0, ''],
    [1, 'A1'],
    [3, 'A1, A2 and A3'],
    [4, 'A1, A2, A3 and A4'],
    [5, 'A1, A2, A3 and 2 more'],
    [100, 'A1, A2, A3 and 97 more'],
  ])('with %i authors', (count, authors) => {
    expect(item({ authors: names(count) }).authors).toBe(authors)
  })

  test('is plain text, its abstract cut between words', () => {
    const { title, abstract, isCut } = item({ abstract: 'word '.repeat(200) })
    expect(title).toBe('On β-Decay')
    expect(abstract).toMatch(/^(word ){50,}word…$/)
    expect(isCut).toBe(true)
    expect(item({}).isCut).toBe(false)
  })

  test('has the formulas of its title as MathML, and never those of an abstract that is cut', () => {
    const { titleRuns, abstract } = item({ abstract: 'In $O(n^2)$.' })
    expect(titleRuns.map(({ text, math }) => [text, math !== null])).toEqual([
      ['On ', false],
      ['β-', true],
      ['Decay', false],
    ])
    expect(abstract).toBe('In O(n²).')
  })

  test('links to https alone, and says nothing of votes that no source told', () => {
    expect(item({ codeUrl: 'javascript:alert(1)', projectUrl: 'http://a.example' }).facts).toEqual([])
    expect(item({ votes: 0, codeUrl: 'https://git.example/a' }).facts).toEqual([
      { text: '0 votes' },
      { text: 'Code', url: 'https://git.example/a' },
    ])
  })

  test('has a path by its best name', () => {
    expect(item({ arxivId: '2507.06457', doi: '10.1/2' }).path).toBe('/papers/2507.06457')
    expect(item({}).path).toBe('/papers/id:7')
  })
})

test('a page names every author, folded away where they are many', () => {
  expect(paperPageView(paper({ authors: names(15) }))).toMatchObject({ allAuthors: null })
  const { authors, allAuthors } = paperPageView(paper({ authors: names(16) }))
  expect(authors).toBe('A1, A2, A3 and 13 more')
  expect(allAuthors).toMatch(/^A1, .*A15 and A16$/)
})

test('a page has title and abstract with formulas, the title as plain text as well, and names without TeX', () => {
  const view = paperPageView(paper({ abstract: 'In $O(n^2)$.', authors: ['Gy\\"orgy', '{\\L}ukasz'] }))
  expect(view).toMatchObject({ title: 'On β-Decay', authors: 'György and Łukasz' })
  expect(view.abstractRuns.at(-1)?.math?.mathml).toMatch(/^<math aria-label="O\(n²\)">/)
  expect(paperPageView(paper({ abstract: '' })).abstractRuns).toEqual([])
})
