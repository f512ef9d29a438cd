import { describe, expect, test } from 'vitest'
import { identifiersOf, linkKey } from '../../../../src/sources/rss/item-identity.ts'
import { toRecords } from '../../../../src/sources/rss/item-record.ts'
import { MAX_KEY_BYTES } from '../../../../src/sources/source.ts'

const address = 'https://journal.example/feed'
const keyed = (texts: string[]) => identifiersOf(texts).map(({ scheme, value }) => `${scheme}:${value}`)

describe('identifiersOf', () => {
  test.each([
    ['10.1000/ABC', ['doi:10.1000/abc']],
    ['doi:10.1000/abc', ['doi:10.1000/abc']],
    ['DOI: 10.1000/abc', ['doi:10.1000/abc']],
    ['info:doi/10.1371/journal.pone.0000001', ['doi:10.1371/journal.pone.0000001']],
    ['https://dx.doi.org/10.1000/abc', ['doi:10.1000/abc']],
    ['https://onlinelibrary.wiley.com/doi/abs/10.1002/tax.12650?af=R', ['doi:10.1002/tax.12650']],
    [
      'https://www.tandfonline.com/doi/full/10.1080/09397140.2021.1992835?af=R',
      ['doi:10.1080/09397140.2021.1992835'],
    ],
    ['https://www.frontiersin.org/articles/10.3389/fpls.2021.700000/full', ['doi:10.3389/fpls.2021.700000']],
    [
      'https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0000001',
      ['doi:10.1371/journal.pone.0000001'],
    ],
    [
      'https://www.biorxiv.org/content/10.1101/2021.12.01.470000v2.full?rss=1',
      ['doi:10.1101/2021.12.01.470000'],
    ],
    [
      'https://example.org/doi/10.1002%2F(SICI)1097-0258(19980815)17:15%3C1661::AID-SIM968%3E3.0.CO;2-2',
      ['doi:10.1002/(sici)1097-0258(19980815)17:15<1661::aid-sim968>3.0.co;2-2'],
    ],
    ['http://arxiv.org/abs/2507.06457v2', ['arxiv:2507.06457']],
    ['https://doi.org/10.48550/arXiv.2507.06457', ['arxiv:2507.06457']],
    ['pmid:34929406', []],
    ['https://journal.example/article/1', []],
    ['10.1002/(ISSN)1097-0142', []],
    ['https://example.org/%E0%A4%A', []],
  ])('reads %s', (text, expected) => {
    expect(keyed([text])).toEqual(expected)
  })

  test('takes the first DOI, and an arXiv id beside it', () => {
    expect(keyed(['10.1000/1', 'https://doi.org/10.1000/2', 'https://arxiv.org/abs/2507.06457'])).toEqual([
      'arxiv:2507.06457',
      'doi:10.1000/1',
    ])
  })
})

describe('linkKey', () => {
  const keyOf = (link?: string, guid?: string) => linkKey({ link, guid, address })?.value

  test('is the same for one page, whatever tells where a reader came from', () => {
    const pages = [
      'https://www.journal.example/article/1?af=R',
      'http://journal.example/article/1/?utm_source=rss&utm_medium=feed#top',
      'https://journal.example/article/1?dgcid=rss_sd_all',
    ]
    expect(new Set(pages.map((page) => keyOf(page)))).toEqual(new Set(['journal.example/article/1']))
  })

  test('keeps what names the page', () => {
    expect(keyOf('https://papers.example/abstract?id=17&rss=1')).toBe('papers.example/abstract?id=17')
  })

  test('is the name within the feed if there is no page', () => {
    expect(keyOf(undefined, 'item-1')).toMatch(/^sha256-/)
    expect(keyOf('https://journal.example/', 'item-1')).toBe(keyOf(undefined, 'item-1'))
    expect(keyOf(undefined, 'item-1')).not.toBe(keyOf(undefined, 'item-2'))
    expect(keyOf()).toBeUndefined()
  })

  test('fits into the database', () => {
    const long = keyOf(`https://journal.example/${'a'.repeat(3000)}`)!
    expect(long.length).toBeLessThanOrEqual(MAX_KEY_BYTES)
    expect(keyOf('https://journal.example/ü')).toMatch(/^[!-~]+$/)
  })
})

test('an address that several items have names none of them', () => {
  const items = ['A', 'B'].map((title) => ({
    title,
    link: 'https://journal.example/issue/7',
    texts: [],
    authors: [],
    dates: [],
    keywords: [],
    identifiers: [],
  }))
  expect(toRecords({ items }, address).records.map(({ keys }) => keys)).toEqual([[], []])
})
