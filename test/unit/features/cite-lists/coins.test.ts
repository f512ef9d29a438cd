import { describe, expect, test } from 'vitest'
import { coinsBesidePaper, contextObject } from '../../../../src/features/cite-lists/coins.ts'
import type { Paper } from '../../../../src/papers/paper.ts'
import { samplePaper } from '../../../support/sample-paper.ts'
import { readCoins } from './read-coins.ts'

/** What readers of COinS find, with its text escaped as in a page. */
function read(paper: Partial<Paper>) {
  const text = contextObject(samplePaper({ doi: null, arxivId: null, ...paper }))
  const [found] = readCoins(`<span class="Z3988" title="${text.replaceAll('&', '&amp;')}"></span>`)
  return found!
}

describe('the context object of a paper', () => {
  test('has its type, title, date, DOI and address', () => {
    const paper = {
      arxivId: '2511.00001',
      title: 'Robots walk',
      publishedAt: new Date('2025-11-03T00:00:00Z'),
    }
    expect(read(paper)).toMatchObject({
      format: 'info:ofi/fmt:kev:mtx:dc',
      type: 'preprint',
      title: 'Robots walk',
      date: '2025-11-03',
      doi: '10.48550/arXiv.2511.00001',
      url: 'https://arxiv.org/abs/2511.00001',
    })
    expect(read({ doi: '10.1101/2025.01.02.123456' })).toMatchObject({
      doi: '10.1101/2025.01.02.123456',
      url: 'https://doi.org/10.1101/2025.01.02.123456',
    })
    expect(read({})).toMatchObject({ doi: null, url: null })
  })

  test.each(['A & B = C; 50% + "quotes" <tags> #1', 'Über α-β, 王瑞金', 'x&rft.title=y'])(
    'keeps the title %s',
    (title) => {
      expect(read({ title }).title).toBe(title)
    },
  )

  test('has names with the family name first, and a group as one name if it is first', () => {
    const authors = ['The ATLAS Collaboration', 'Jordy van der Berg', 'Hal Daumé III', 'DeepSeek-AI']
    expect(read({ authors })).toMatchObject({
      groups: ['The ATLAS Collaboration'],
      authors: ['van der Berg, Jordy', 'Daumé, Hal III', 'DeepSeek-AI'],
    })
  })

  test('has the first hundred names', () => {
    const authors = Array.from({ length: 3000 }, (_, i) => `Ann Author${i}`)
    expect(read({ authors }).authors).toEqual(
      authors.slice(0, 100).map((name) => name.split(' ').reverse().join(', ')),
    )
  })
})

test('only lists have it: a paper’s own page has meta tags, which COinS would hide', () => {
  expect(coinsBesidePaper.view(samplePaper({}), 'list')).not.toBeNull()
  expect(coinsBesidePaper.view(samplePaper({}), 'page')).toBeNull()
  expect(coinsBesidePaper.view(samplePaper({}), 'similar')).toBeNull()
})
