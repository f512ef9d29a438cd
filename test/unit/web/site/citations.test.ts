import { describe, expect, test } from 'vitest'
import type { Paper } from '../../../../src/papers/paper.ts'
import { citation, citationKey, citationName, metaOf } from '../../../../src/web/site/citations.ts'
import { samplePaper } from '../../../support/sample-paper.ts'

const URL = 'https://papers.example/papers/id:1'

const MAMBA: Partial<Paper> = {
  title: 'Mamba: 100% of $O(n)$ & {State} Spaces_1 #~^',
  abstract: 'We study it.',
  authors: ['Albert Gu', 'Jordy van der Berg', 'The ATLAS Collaboration', 'Smith, J. A.', 'Tim Jones Jr.'],
  categories: ['cs.LG', 'cs.AI'],
  keywords: ['state spaces'],
  arxivId: '2312.00752',
  publishedAt: new Date('2023-12-01T18:01:34Z'),
  firstDay: '2023-12-05',
}

const bib = (changes: Partial<Paper>) => citation('bib', samplePaper(changes), URL)

describe('BibTeX', () => {
  test('cites a paper on arXiv', () => {
    expect(bib(MAMBA)).toBe(String.raw`@misc{arXiv.2312.00752,
  title = {{Mamba: 100\% of O(n) \& State Spaces\_1 \#\textasciitilde{}\textasciicircum{}}},
  author = {Gu, Albert and van der Berg, Jordy and {The ATLAS Collaboration} and Smith, J. A. and Jones, Jr., Tim},
  year = {2023},
  eprint = {2312.00752},
  archivePrefix = {arXiv},
  primaryClass = {cs.LG},
  doi = {10.48550/arXiv.2312.00752},
  url = {https://arxiv.org/abs/2312.00752}
}
`)
  })

  test('cites an arXiv identifier from before 2007', () => {
    const text = bib({ arxivId: 'hep-th/9901001', categories: ['hep-th'] })
    expect(text).toContain('eprint = {hep-th/9901001}')
    expect(text).toContain('doi = {10.48550/arXiv.hep-th/9901001}')
    expect(text).not.toContain('primaryClass')
  })

  test('cites papers with a DOI, and without identifiers', () => {
    expect(bib({ doi: '10.1000/a_b{c' })).toContain('doi = {10.1000/a_b%7Bc}')
    expect(bib({ doi: '10.1000/a_b' })).toContain('url = {https://doi.org/10.1000/a_b}')
    expect(bib({})).toContain(`url = {${URL}}`)
  })

  test('has its braces in pairs, whatever a paper says', () => {
    const categories = ['cs.CL},\n evil={x']
    const names = { arxivId: '2312.00752', doi: '10.1000/}', categories }
    const text = bib({ title: 'A } B { C \\ D', authors: ['E } F', 'G {'], ...names })
    let depth = 0
    for (const sign of text) {
      depth += sign === '{' ? 1 : sign === '}' ? -1 : 0
      expect(depth).toBeGreaterThanOrEqual(0)
    }
    expect(depth).toBe(0)
  })
})

test.each<[string, Partial<Paper>]>([
  ['arXiv.2312.00752', MAMBA],
  ['arXiv.hep-th-9901001', { arxivId: 'hep-th/9901001' }],
  ['arXiv.2312.00752', { arxivId: '2312.00752', doi: '10.1101/2024.01.02' }],
  ['doi.10.1101-2024.01.02', { doi: '10.1101/2024.01.02' }],
  ['doi.10.1000-ax5Fbx2Fc-d', { doi: '10.1000/a_b/c-d' }],
  ['doi.10.1000-x3Ca.x28bx29', { doi: '10.1000/<a.(b)' }],
  ['paper.1', {}],
])('`citationKey` is %s', (key, changes) => {
  expect(citationKey(samplePaper(changes))).toBe(key)
})

test('`citationKey` is the same for every version of a paper', () => {
  const revised = {
    title: 'Selective Spaces',
    authors: ['Tri Dao'],
    publishedAt: null,
    firstDay: '2024-01-02',
  }
  expect(citationKey(samplePaper({ ...MAMBA, ...revised } as Partial<Paper>))).toBe(
    citationKey(samplePaper(MAMBA)),
  )
})

describe('the date of a citation', () => {
  const dated = (arxivId: string, published: string) => {
    const paper = samplePaper({ arxivId, publishedAt: new Date(published), firstDay: '2026-06-24' })
    const csl = JSON.parse(citation('csl.json', paper, URL)) as [{ issued: { 'date-parts': number[][] } }]
    const ris = citation('ris', paper, URL).match(/(?<=^(?:PY|DA) {2}- ).*$/gm)
    const meta = metaOf(paper, URL).filter(({ name }) => name.endsWith('_date'))
    return {
      year: citation('bib', paper, URL).match(/year = \{(\d+)\}/)?.[1],
      ris: ris?.map((line) => line.trim()),
      csl: csl[0].issued['date-parts'][0],
      meta: meta.map(({ name, content }) => `${name} ${content}`),
    }
  }

  test('is the one of the source', () => {
    // A paper of the last day of a month may have the id of the next month.
    for (const [id, published] of [
      ['2511.07397', '2025-10-31'],
      ['2511.07397', '2025-12-30'],
    ] as const) {
      const [year, month, day] = published.split('-')
      expect(dated(id, published)).toEqual({
        year,
        ris: [year, `${year}/${month}/${day}`],
        csl: [Number(year), Number(month), Number(day)],
        meta: [
          `citation_publication_date ${year}/${month}/${day}`,
          `citation_online_date ${year}/${month}/${day}`,
        ],
      })
    }
  })

  test('is the month of the arXiv id if the date of the source is later than the next month', () => {
    for (const published of ['2026-01-01', '2026-06-23']) {
      expect(dated('2511.07397', published)).toEqual({
        year: '2025',
        ris: ['2025', '2025/11'],
        csl: [2025, 11],
        meta: ['citation_publication_date 2025/11'],
      })
    }
    expect(dated('hep-th/9901001', '2026-01-01').csl).toEqual([1999, 1])
  })
})

test('an RIS citation has each field', () => {
  expect(citation('ris', samplePaper(MAMBA), URL).split('\r\n')).toEqual([
    'TY  - UNPB',
    'TI  - Mamba: 100% of O(n) & State Spaces_1 #~^',
    'AU  - Gu, Albert',
    'AU  - van der Berg, Jordy',
    'AU  - The ATLAS Collaboration',
    'AU  - Smith, J. A.',
    'AU  - Jones, Tim, Jr.',
    'PY  - 2023',
    'DA  - 2023/12/01',
    'AB  - We study it.',
    'KW  - state spaces',
    'DO  - 10.48550/arXiv.2312.00752',
    'UR  - https://arxiv.org/abs/2312.00752',
    'L1  - https://arxiv.org/pdf/2312.00752',
    'ER  - ',
    '',
  ])
})

test('a CSL-JSON citation has each field', () => {
  expect(JSON.parse(citation('csl.json', samplePaper(MAMBA), URL))).toEqual([
    {
      id: 'arXiv.2312.00752',
      type: 'article',
      title: 'Mamba: 100% of O(n) & State Spaces_1 #~^',
      author: [
        { family: 'Gu', given: 'Albert' },
        { family: 'van der Berg', given: 'Jordy' },
        { literal: 'The ATLAS Collaboration' },
        { family: 'Smith', given: 'J. A.' },
        { family: 'Jones', given: 'Tim', suffix: 'Jr.' },
      ],
      issued: { 'date-parts': [[2023, 12, 1]] },
      abstract: 'We study it.',
      DOI: '10.48550/arXiv.2312.00752',
      URL: 'https://arxiv.org/abs/2312.00752',
      number: 'arXiv:2312.00752',
      publisher: 'arXiv',
    },
  ])
})

test.each([
  ['2507.06457.bib', { name: '2507.06457', format: 'bib' }],
  ['hep-th/9901001.csl.json', { name: 'hep-th/9901001', format: 'csl.json' }],
  ['doi:10.1000/1.ris', { name: 'doi:10.1000/1', format: 'ris' }],
  ['2507.06457', undefined],
  ['2507.06457.json', undefined],
])('the name %s', (name, expected) => expect(citationName(name)).toEqual(expected))

test('tags for reference managers', () => {
  const tags = metaOf(samplePaper({ ...MAMBA, authors: ['Albert Gu', 'Tri Dao'] }), 'https://papers.example')
  expect(tags.map(({ name, content }) => `${name} ${content}`)).toEqual([
    'citation_title Mamba: 100% of O(n) & State Spaces_1 #~^',
    'citation_author Albert Gu',
    'citation_author Tri Dao',
    'citation_publication_date 2023/12/01',
    'citation_online_date 2023/12/01',
    'citation_arxiv_id 2312.00752',
    'citation_doi 10.48550/arXiv.2312.00752',
    'citation_pdf_url https://arxiv.org/pdf/2312.00752',
    'citation_abstract_html_url https://papers.example/papers/2312.00752',
    'citation_abstract We study it.',
    'citation_keywords state spaces',
  ])
})
