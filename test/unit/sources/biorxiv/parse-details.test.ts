import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseDetails, parseDetailsPage } from '../../../../src/sources/biorxiv/parse-details.ts'
import { sourceRecord } from '../../../../src/sources/source.ts'

const folder = join(import.meta.dirname, '../../../fixtures/biorxiv/daily')
const [grid, transformer, cohesin] = JSON.parse(readFileSync(join(folder, '2026-01-05.json'), 'utf8'))

const one = (change: object = {}) => parseDetails([{ ...grid, ...change }]).records[0]

describe('an entry', () => {
  test('is read as it is written', () => {
    expect(one()).toEqual({
      kind: 'new',
      keys: [{ scheme: 'doi', value: '10.64898/2026.01.03.690001' }],
      version: 1,
      title: 'Grid cells keep their phase across Mus musculus sleep',
      abstract:
        'We follow grid cells over nights. Phase differences stay within 4° (p < 0.01), and Ca²⁺ transients agree.',
      authors: ['C. Okafor', 'A. M. Lindqvist', 'H. Sato'],
      categories: [],
      keywords: ['neuroscience'],
      organization: 'Institute for Examples & Measures',
      publishedAt: new Date('2026-01-05T00:00:00Z'),
    })
  })

  test('a later version is revised, and does not say when the paper was published', () => {
    const { records } = parseDetails([cohesin])
    expect(records).toMatchObject([{ kind: 'revised', version: 2, authors: ['L. Marchetti', 'R. King Jr.'] }])
    expect(records[0]?.publishedAt).toBeUndefined()
  })

  test('has the DOI of its article as a second key', () => {
    expect(parseDetails([cohesin]).records[0]?.keys).toEqual([
      { scheme: 'doi', value: '10.1101/2025.11.02.655310' },
      { scheme: 'doi', value: '10.1016/j.example.2025.12.004' },
    ])
  })

  test.each(['NA', '', null, undefined, 'in press', 7])('has no article: %j', (published) => {
    expect(one({ published })?.keys).toHaveLength(1)
  })

  test('has one key for the same DOI in another case', () => {
    const doi = '10.1101/2026.01.03.ABC'
    expect(one({ doi, published: `https://doi.org/${doi.toLowerCase()}` })?.keys).toEqual([
      { scheme: 'doi', value: '10.1101/2026.01.03.abc' },
    ])
  })

  test('keeps authors without a comma, and no empty ones', () => {
    expect(one({ authors: 'The Fold Consortium; ; Li, W.;Nguyen, T.;' })?.authors).toEqual([
      ...['The Fold Consortium', 'W. Li', 'T. Nguyen'],
    ])
    expect(one({ authors: 'O&#39;Neil, B.; M&uuml;ller, H.' })?.authors).toEqual(["B. O'Neil", 'H. Müller'])
  })

  test.each([
    ['2', 'revised', 2],
    [3, 'revised', 3],
    [' 1 ', 'new', 1],
    ['two', 'new', undefined],
    [-1, 'new', undefined],
    [null, 'new', undefined],
  ])('with version %j is %s', (version, kind, number) => {
    expect(one({ version })).toMatchObject({ kind })
    expect(one({ version })?.version).toBe(number)
  })

  test.each([
    [{ type: 'withdrawn' }, true],
    [{ title: 'WITHDRAWN: Grid cells' }, true],
    [{ title: 'Withdrawn affect in ageing mice' }, false],
    [{}, false],
  ])('%j: withdrawn %s', (change, isWithdrawn) => {
    expect(one(change)?.withdrawnAt !== undefined).toBe(isWithdrawn)
  })

  test('without a title is refused, and the others stay', () => {
    const { records, refused } = parseDetails([{ ...grid, title: ' ' }, transformer, null, 7])
    expect(records).toHaveLength(1)
    expect(refused).toEqual([
      { index: 0, why: 'title: absent, or no text' },
      { index: 2, why: expect.any(String) },
      { index: 3, why: expect.any(String) },
    ])
  })

  test('may have any field of another type, null, or missing', () => {
    for (const field of Object.keys(grid).filter((name) => name !== 'title'))
      for (const value of [null, undefined, 7, {}, [], [[]], true, '', '\u0000\ud800', 'x'.repeat(30_000)]) {
        const { [field]: _, ...without } = grid
        const { records } = parseDetails([value === undefined ? without : { ...grid, [field]: value }])
        expect(records).toHaveLength(1)
        expect(sourceRecord.strict().parse(records[0])).toEqual(records[0])
      }
  })
})

describe('a page', () => {
  const entries = [grid]
  test.each([
    [
      { messages: [{ status: 'ok', total: '360' }], collection: entries },
      { entries, status: 'ok', total: 360 },
    ],
    [
      { messages: [{ status: 'ok', total: 1 }], collection: entries },
      { entries, status: 'ok', total: 1 },
    ],
    [
      { messages: [{ status: 'ok', total: 'many' }], collection: entries },
      { entries, status: 'ok' },
    ],
    [{ collection: entries }, { entries }],
    [
      { messages: [{ status: 'no posts found' }], collection: [] },
      { entries: [], status: 'no posts found' },
    ],
    [{ messages: [{ status: 'no posts found' }] }, { entries: [], status: 'no posts found' }],
  ])('%#', (body, page) => expect(parseDetailsPage(body)).toEqual(page))

  test.each([
    null,
    undefined,
    7,
    'ok',
    [],
    [grid],
    {},
    { messages: [] },
    { collection: {} },
    { messages: 'ok' },
  ])('of another shape is refused: %j', (body) => expect(parseDetailsPage(body)).toBeUndefined())
})

test.each(['10000', 10_000, '999999999999', 1e300])(
  'parseDetails leaves out a version that is too high: %j',
  (version) => {
    expect(one({ version })).toMatchObject({ version: undefined, kind: 'new' })
  },
)

test.each([
  ['Chinese characters', `10.1101/${'中'.repeat(1900)}`],
  ['1,900 letters', `10.1101/${'x'.repeat(1900)}`],
])('parseDetails leaves out a DOI of %s', (_what, doi) => {
  expect(one({ doi })?.keys).toEqual([])
})
