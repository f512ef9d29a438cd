import { expect, test } from 'vitest'
import { parseApi } from '../../../../src/sources/arxiv/parse-api.ts'
import { NotXmlError } from '../../../../src/sources/arxiv/read-xml.ts'
import { fixture, recorded, recordingsAre } from './recorded-arxiv.ts'

const three = () => parseApi(fixture('api/three-papers.json'))

test('parseApi makes a paper of an entry: primary category first, codes of others left out, a title of one digit', () => {
  const { records, refused } = three()
  expect(refused).toEqual([])
  expect(records[0]).toEqual({
    keys: [{ scheme: 'arxiv', value: '2607.04420' }],
    version: 1,
    title: '0',
    abstract: 'We collect sentences of 100 & more words.',
    authors: ['Ines Moreau', 'Bo Xu', 'Karl-Heinz Ott'],
    categories: ['cs.CL', 'cs.LG'],
    keywords: [],
    publishedAt: new Date('2026-07-06T09:10:11Z'),
  })
})

test('parseApi reads an old id with its version, a DOI, a title over two lines', () => {
  expect(three().records[1]).toMatchObject({
    keys: [
      { scheme: 'arxiv', value: 'hep-th/9901001' },
      { scheme: 'doi', value: '10.1000/old.99' },
    ],
    version: 2,
    title: 'An Old Paper Whose Reference Came Late',
    publishedAt: new Date('1999-01-02T00:00:00Z'),
  })
})

test('parseApi dates a withdrawal by the version that withdrew the paper', () => {
  expect(three().records.map(({ withdrawnAt }) => withdrawnAt)).toEqual([
    undefined,
    undefined,
    new Date('2026-07-05T08:00:00Z'),
  ])
})

test('parseApi accepts that an unknown id has no entry', () => {
  expect(parseApi(fixture('api/none-known.json'))).toEqual({ records: [], refused: [] })
})

test('parseApi reports an error in the form of an entry', () => {
  expect(parseApi(fixture('api/error-400.json'))).toEqual({
    records: [],
    refused: [],
    error: 'incorrect id format for x',
  })
})

test('parseApi accepts a paper with the title Error', () => {
  const body = fixture('api/three-papers.json').replace('<title>0</title>', '<title>Error</title>')
  expect(parseApi(body).records.map(({ title }) => title)).toContain('Error')
})

test.each([
  ['nothing', ''],
  ['words', 'Rate exceeded.'],
  ['half an answer', fixture('api/three-papers.json').slice(0, 1500)],
  ['an empty root', '<feed/>'],
])('%s is not a response of the API', (_what, body) => {
  expect(() => parseApi(body)).toThrow(NotXmlError)
})

test(`every recorded answer is read whole (${recordingsAre})`, () => {
  const answers = recorded('api')
  expect(answers.length).toBeGreaterThanOrEqual(3)
  for (const { name, status, body } of answers) {
    const { records, refused, error } = parseApi(body)
    const entries = body.match(/<entry>/g)?.length ?? 0
    expect({ name, refused, isError: Boolean(error) }).toEqual({ name, refused: [], isError: status === 400 })
    expect({ name, read: records.length }).toEqual({ name, read: error ? 0 : entries })
    for (const { keys, version, publishedAt, title, abstract, authors, categories } of records) {
      expect(keys[0]!.scheme).toBe('arxiv')
      expect([Boolean(version), Boolean(publishedAt), authors.length > 0]).toEqual([true, true, true])
      expect(`${title} ${abstract}`).not.toMatch(/\s{2}|\n/)
      expect(categories.filter((one) => /^\d|^[A-Z]/.test(one))).toEqual([])
      expect(categories.length).toBeGreaterThan(0)
    }
  }
})
