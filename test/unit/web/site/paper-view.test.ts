import { describe, expect, test } from 'vitest'
import { counted, fill, words } from '../../../../src/i18n/words.ts'
import type { Paper } from '../../../../src/papers/paper.ts'
import { parseQuery } from '../../../../src/queries/language/parse-query.ts'
import { evaluate } from '../../../../src/queries/matching/evaluate.ts'
import { toPaperText } from '../../../../src/queries/text/tokens.ts'
import { paperItem } from '../../../../src/web/site/paper-view.ts'

const paper = (changes: Partial<Paper>): Paper => ({
  id: 7,
  title: 'On $\\beta$-Decay',
  abstract: 'Short.',
  authors: [],
  categories: [],
  keywords: [],
  organization: null,
  codeUrl: null,
  codeStars: null,
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

const { pdf, arxiv, code } = words.paper
const doi = (name: string) => fill(words.paper.doi, { doi: name })
const comments = (count: number) => counted(count, words.counts.comment)
const names = (count: number) => Array.from({ length: count }, (_, n) => `A${n + 1}`)

const item = (changes: Partial<Paper>) => paperItem(paper(changes))
describe('a paper in a list', () => {
  test.each([
    [0, ''],
    [1, 'A1'],
    [3, 'A1, A2 and A3'],
    [4, 'A1, A2, A3 and A4'],
    [5, 'A1, A2, A3 +2'],
    [100, 'A1, A2, A3 +97'],
  ])('names %i authors', (count, authors) => {
    expect(item({ authors: names(count) }).authors).toBe(authors)
  })

  test('has the formulas of its title as MathML, and its sentence as plain text', () => {
    const { title, sentence } = item({ abstract: `In $O(n^2)$. ${'Word '.repeat(60)}.` })
    expect(title.map((run) => [run.text, 'math' in run && run.math !== null])).toEqual([
      ['On ', false],
      ['β-', true],
      ['Decay', false],
    ])
    expect(sentence).toEqual([{ text: 'In O(n²).', marked: false }])
    expect(item({ summary: 'Said in short.' }).sentence).toEqual([{ text: 'Said in short.', marked: false }])
    expect(item({ abstract: '' }).sentence).toEqual([])
  })

  test('links only to https, and shows votes only if a source counts them', () => {
    expect(item({ codeUrl: 'javascript:alert(1)', projectUrl: 'http://a.example' })).toMatchObject({
      facts: [],
      votes: null,
    })
    expect(item({ votes: 0, comments: 2, codeUrl: 'https://git.example/a' })).toMatchObject({
      facts: [
        { text: code, url: 'https://git.example/a' },
        { text: comments(2), url: null },
      ],
      votes: { count: 0, url: null },
    })
  })

  test.each([
    [null, code],
    [0, code],
    [34, 'Code ★ 34'],
    [12_345, 'Code ★ 12K'],
  ])('shows %s stars of code', (codeStars, text) => {
    expect(item({ codeUrl: 'https://git.example/a', codeStars }).facts).toMatchObject([{ text }])
  })

  test('has links to its PDF, arXiv, votes and comments', () => {
    expect(item({ arxivId: 'hep-th/9901001', votes: 3, comments: 1 })).toMatchObject({
      facts: [
        { text: pdf, url: 'https://arxiv.org/pdf/hep-th/9901001' },
        { text: arxiv, url: 'https://arxiv.org/abs/hep-th/9901001' },
        { text: comments(1), url: 'https://huggingface.co/papers/hep-th/9901001' },
      ],
      votes: { count: 3, url: 'https://huggingface.co/papers/hep-th/9901001' },
    })
    expect(item({ doi: '10.1101/2024.05.01.592001' }).facts).toEqual([
      { text: pdf, url: 'https://www.biorxiv.org/content/10.1101/2024.05.01.592001.full.pdf' },
      { text: doi('10.1101/2024.05.01.592001'), url: 'https://doi.org/10.1101/2024.05.01.592001' },
    ])
    expect(item({ doi: '10.64898/2026.01.02.26343001' }).facts[0]).toEqual({
      text: pdf,
      url: 'https://www.medrxiv.org/content/10.64898/2026.01.02.26343001.full.pdf',
    })
    expect(item({ doi: '10.1101/gr.1239' }).facts).toEqual([
      { text: doi('10.1101/gr.1239'), url: 'https://doi.org/10.1101/gr.1239' },
    ])
  })

  test('has its organization and three keywords as searches', () => {
    expect(item({ organization: 'A "B" Lab', keywords: ['a b', 'c', 'd', 'e'] })).toMatchObject({
      organization: { text: 'A "B" Lab', url: '/papers?q=org:%22A+B+Lab%22' },
      keywords: [
        { text: 'a b', url: '/papers?q=keyword:%22a+b%22' },
        { text: 'c', url: '/papers?q=keyword:%22c%22' },
        { text: 'd', url: '/papers?q=keyword:%22d%22' },
      ],
    })
  })

  test.each([
    ['university of science', 'University of Science'],
    ['Mistral AI_', 'Mistral AI'],
  ])('tidies the organization %j, and a search for it finds the paper', (organization, shown) => {
    const { text, url } = item({ organization }).organization!
    expect(text).toBe(shown)
    const query = parseQuery(new URL(url, 'https://papers.example').searchParams.get('q')!)
    expect(evaluate(query, toPaperText(paper({ organization })))).not.toBeNull()
  })

  test('keeps short compounds of its title whole, and breaks long ones', () => {
    const { title } = item({ title: 'Data-Centric Parsing, State-of-the-Art-and-Beyond, a Re-Think' })
    expect(title.filter((run) => 'unbroken' in run).map(({ text }) => text)).toEqual([
      'Data-Centric',
      'Re-Think',
    ])
    expect(title.map(({ text }) => text).join('')).toBe(
      'Data-Centric Parsing, State-of-the-Art-and-Beyond, a Re-Think',
    )
  })

  test('leaves out keywords that do not fit on the line of its links', () => {
    const keywords = ['x'.repeat(60), 'agents', 'y'.repeat(50), 'safety']
    const links = {
      arxivId: '2507.06457',
      codeUrl: 'https://git.example/a',
      projectUrl: 'https://a.example',
      votes: 3,
    }
    expect(item({ keywords, ...links, comments: 4 }).keywords.map(({ text }) => text)).toEqual([
      'agents',
      'safety',
    ])
  })

  test('has a path by its best name', () => {
    expect(item({ arxivId: '2507.06457', doi: '10.1/2' }).path).toBe('/papers/2507.06457')
    expect(item({}).path).toBe('/papers/id:7')
  })
})
