import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseApi } from '../../../../src/sources/arxiv/parse-api.ts'
import { parseOai } from '../../../../src/sources/arxiv/parse-oai.ts'
import { parseRss } from '../../../../src/sources/arxiv/parse-rss.ts'
import { NotXmlError } from '../../../../src/sources/arxiv/read-xml.ts'
import { fixture } from './recorded-arxiv.ts'

const SIGNS = [
  '<',
  '>',
  '&',
  '&lt;',
  '&#1;',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<a>',
  '</item>',
  '"',
  '\u0000',
  '\ud800',
  'v',
  '(',
]

/** A text with some of its pieces gone, moved or in the place of others. */
const spoiled = (whole: string) =>
  fc
    .array(
      fc.record({
        at: fc.nat(whole.length),
        gone: fc.nat(60),
        put: fc.oneof(fc.constantFrom(...SIGNS), fc.string({ unit: 'binary', maxLength: 8 })),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((cuts) =>
      cuts.reduce((text, { at, gone, put }) => text.slice(0, at) + put + text.slice(at + gone), whole),
    )

test.each([
  ['a feed', parseRss, fixture('rss/cs.CL-every-type.xml')],
  ['a list of the archive', parseOai, fixture('oai/ListRecords.xml')],
  ['an answer of the API', parseApi, fixture('api/three-papers.json')],
])('a broken %s is refused as a whole, or read in parts that Postgres accepts', (_what, parse, whole) => {
  const outcomes = { read: 0, refused: 0 }
  fc.assert(
    fc.property(spoiled(whole), (body) => {
      try {
        const { records } = parse(body)
        outcomes.read++
        const texts = records.flatMap(({ title, abstract, authors, categories }) => [
          title,
          abstract,
          ...authors,
          ...categories,
        ])
        for (const text of texts) expect(text.isWellFormed() && !text.includes('\0')).toBe(true)
      } catch (error) {
        expect(error).toBeInstanceOf(NotXmlError)
        outcomes.refused++
      }
    }),
    { numRuns: 500 },
  )
  expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(20)
})

test.each([
  ['elements', '<x/>'.repeat(1_000_000)],
  ['elements, each open', '<x>'.repeat(250_001) + '</x>'.repeat(250_001)],
  ['entries', '<item/>'.repeat(10_001)],
  ['signs in one text', 'é'.repeat(1_000_000)],
  ['references in one text', '&amp;'.repeat(200_000)],
])('more %s than any response has are refused unread', (_what, much) => {
  expect(() => parseRss(`<rss><channel><title>${much}</title></channel></rss>`)).toThrow(/^it holds too much/)
})

test('a list of authors as long as a book is read', () => {
  const authors = Array.from({ length: 5000 }, (_, n) => `Given Family${n}`).join(', ')
  const item = `<item><guid>oai:arXiv.org:2604.22002v1</guid><title>${'T'.repeat(100_000)}</title>
    <arxiv:announce_type>new</arxiv:announce_type><dc:creator>${authors}</dc:creator></item>`
  const { records } = parseRss(`<rss><channel><title>x</title>${item}</channel></rss>`)
  expect(records.map((one) => one.authors.length)).toEqual([5000])
})

test('the reason why an item was left out is one short line, also for a long type', () => {
  const item = `<item><guid>oai:arXiv.org:2604.22002v1</guid><title>T</title>
    <arxiv:announce_type>${'\u202ex&#10;'.repeat(300)}</arxiv:announce_type></item>`
  const { refused } = parseRss(`<rss><channel><title>x</title>${item}</channel></rss>`)
  expect(refused).toHaveLength(1)
  expect(refused[0]?.why.length).toBeLessThanOrEqual(200)
  expect(refused[0]?.why).not.toMatch(/[\n\p{Cf}]/u)
})

test('a version that is too high is left out, and the paper keeps its id', () => {
  const item = `<item><guid>oai:arXiv.org:2604.22002v999999999999</guid><title>T</title>
    <arxiv:announce_type>new</arxiv:announce_type></item>`
  const { records } = parseRss(`<rss><channel><title>x</title>${item}</channel></rss>`)
  expect(records).toMatchObject([{ keys: [{ value: '2604.22002' }], version: undefined }])
})
