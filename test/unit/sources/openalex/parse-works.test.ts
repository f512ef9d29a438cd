import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { abstractOf, parseWorks } from '../../../../src/sources/openalex/parse-works.ts'
import { indexOf, sampleWork } from '../../../support/openalex-work.ts'

const folder = join(import.meta.dirname, '../../../fixtures/openalex')
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
const works = read('works.json') as Record<string, unknown>[]

const parse = (entries: readonly unknown[], anyType = false) => parseWorks(entries, { anyType })
const titled = (title: string) => works.filter((work) => String(work.title).startsWith(title))
const one = (change: object = {}) =>
  parse([{ ...sampleWork({ n: 1, date: '2026-01-05' }), ...change }]).records[0]

describe('a work', () => {
  test('is read as the service recorded it', () => {
    const { records, refused } = parse([read('W2741809807.json')])
    expect(refused).toEqual([])
    expect(records[0]).toMatchObject({
      title: 'The state of OA: a large-scale analysis of the prevalence and impact of Open Access articles',
      organization: 'PeerJ',
      publishedAt: new Date('2018-02-13T00:00:00Z'),
      categories: [],
    })
    expect(records[0]?.authors.slice(0, 3)).toEqual(['Heather Piwowar', 'Jason Priem', 'Vincent Larivière'])
    expect(records[0]?.keys[0]).toEqual({ scheme: 'doi', value: '10.7717/peerj.4375' })
    expect(records[0]?.abstract).toMatch(
      /^Despite growing interest in Open Access \(OA\) to scholarly literature/,
    )
    expect(records[0]?.keywords).toHaveLength(1)
  })

  test('has the DOI of its preprint as a key, and no markup in its title', () => {
    expect(parse(titled('A pangenome')).records).toEqual([
      {
        keys: [
          { scheme: 'doi', value: '10.1038/s41588-025-90001-1' },
          { scheme: 'doi', value: '10.1101/2025.03.02.641201' },
        ],
        title: 'A pangenome of 212 Drosophila lines finds structural variants behind cold tolerance',
        abstract:
          'Structural variants are missed by short reads. We assemble 212 lines and map cold tolerance to 31 insertions.',
        authors: ['Amara Osei', 'Linnea Bergström'],
        categories: [],
        keywords: ['Genomics and Phylogenetic Studies'],
        organization: 'Nature Genetics',
        publishedAt: new Date('2026-01-05T00:00:00Z'),
      },
    ])
  })

  test('has the arXiv id of its preprint as a key, whichever address names it', () => {
    expect(parse(titled('Minimum wages')).records[0]?.keys).toEqual([
      { scheme: 'doi', value: '10.1257/aer.20249001' },
      { scheme: 'arxiv', value: '2503.04567' },
    ])
    const copies = ['http://arxiv.org/pdf/2503.04567v2', 'https://doi.org/10.48550/arXiv.2503.04567']
    for (const copy of copies) {
      const { records } = parse([sampleWork({ n: 1, date: '2026-01-05', copies: [copy] })])
      expect(records[0]?.keys).toContainEqual({ scheme: 'arxiv', value: '2503.04567' })
    }
  })

  test('of a repository has no journal, and without a DOI no key', () => {
    const { records } = parse(titled('Tariffs'))
    expect(records[0]?.organization).toBeUndefined()
    expect(records[0]?.keys).toEqual([])
  })

  test.each([
    ['authorships'],
    ['primary_location'],
    ['locations'],
    ['primary_topic'],
    ['abstract_inverted_index'],
  ])('without %s is a paper', (name) => {
    for (const value of [null, undefined, 7, 'x', []]) expect(one({ [name]: value })?.title).toBe('Work 1')
  })

  test('without a title is refused', () => {
    expect(parse([{ ...sampleWork({ n: 1, date: '2026-01-05' }), title: null }])).toEqual({
      records: [],
      refused: [{ index: 0, why: 'title: absent, or no text' }],
    })
  })

  test('has the name that was printed if its author has none', () => {
    expect(one({ authorships: [{ author: null, raw_author_name: 'Osei, A.' }, {}] })?.authors).toEqual([
      'Osei, A.',
    ])
  })
})

describe('what is not a paper', () => {
  const titles = (anyType: boolean) => parse(works, anyType).records.map(({ title }) => title)

  test('is left out: peer reviews, front matter, retracted works', () => {
    expect(titles(false)).toHaveLength(7)
    expect(titles(false).join()).not.toMatch(/Reviewer report|Front Matter|retracted/)
  })

  test('is read if the filter names types, except for retracted works', () => {
    expect(titles(true)).toHaveLength(9)
    expect(titles(true).join()).not.toContain('retracted')
  })

  test('does not include a type that is new', () => {
    expect(one({ type: 'registered-report' })?.title).toBe('Work 1')
    expect(one({ type: null })?.title).toBe('Work 1')
  })
})

describe('abstractOf', () => {
  test('puts words in their places, however often and in whichever order they are named', () => {
    expect(abstractOf({ rise: [1], Prices: [0, 2], 'fall.': [3] })).toBe('Prices rise Prices fall.')
    expect(abstractOf(indexOf('a b a c'))).toBe('a b a c')
  })

  test('leaves out gaps, and the heading of an abstract', () => {
    expect(abstractOf({ One: [0], three: [9] })).toBe('One three')
    expect(abstractOf(indexOf('Abstract We test.'))).toBe('We test.')
    expect(abstractOf(indexOf('Abstract algebra is taught.'))).toBe('Abstract algebra is taught.')
  })

  test('removes tags and decodes entities', () => {
    expect(abstractOf(indexOf('<jats:p>CO<sub>2</sub> &amp; light</jats:p>'))?.trim()).toBe('CO₂ & light')
  })

  test.each([null, undefined, 'text', 7, [], {}, { a: 'b' }, { a: [-1, 0.5, 1e9, '0', null] }])(
    '%j is no abstract',
    (index) => expect(abstractOf(index)).toBeUndefined(),
  )

  test('a position as large as the memory costs no memory', () => {
    expect(abstractOf({ a: [0], b: [4_294_967_294] })).toBe('a')
  })
})
