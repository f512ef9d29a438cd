import { expect, test } from 'vitest'
import { parseOai } from '../../../../src/sources/arxiv/parse-oai.ts'
import { NotXmlError } from '../../../../src/sources/arxiv/read-xml.ts'
import { COMMAS, fixture, recorded, recordingsAre } from './recorded-arxiv.ts'

const page = () => parseOai(fixture('oai/ListRecords.xml'))
const at = (day: string) => new Date(`${day}T00:00:00Z`)

test('parseOai makes a paper of a record, without its version', () => {
  const { records, refused, dates } = page()
  expect(refused).toEqual([])
  expect(records[0]).toEqual(COMMAS)
  expect(dates.get('arxiv:2607.04420')).toEqual({ created: at('2026-07-06'), updated: undefined })
})

test('parseOai reads an old id, character references, the first of two DOIs, an author without forenames', () => {
  const { records, dates } = page()
  expect(records[1]).toMatchObject({
    keys: [
      { scheme: 'arxiv', value: 'hep-th/9901001' },
      { scheme: 'doi', value: '10.1000/old.99' },
    ],
    abstract: "Strings' ends — met.",
    authors: ['Uma Holt', 'BIG Collaboration'],
    categories: ['hep-th', 'cs.CL'],
  })
  expect(dates.get('arxiv:hep-th/9901001')).toEqual({ created: at('1999-01-02'), updated: at('2026-07-07') })
})

test('parseOai recognises a withdrawn paper by its comment', () => {
  expect(page().records.map(({ withdrawnAt }) => withdrawnAt)).toEqual([
    undefined,
    undefined,
    at('2026-07-07'),
  ])
})

test('parseOai leaves out deleted records', () => {
  expect(fixture('oai/ListRecords.xml')).toContain('2607.09999')
  expect(page().records).toHaveLength(3)
})

test('parseOai returns the resumption token, and none if it is empty', () => {
  expect(page().token).toBe('verb%3DListRecords%26skip%3D3')
  expect(parseOai(fixture('oai/last-page.xml')).token).toBeUndefined()
})

test.each(['noRecordsMatch', 'badArgument', 'badResumptionToken'])('the error %s', (code) => {
  expect(parseOai(fixture(`oai/${code}.xml`))).toMatchObject({
    records: [],
    error: { code, text: 'As the protocol says. Reason: none & other' },
  })
})

test('parseOai accepts an empty list', () => {
  expect(parseOai('<OAI-PMH><ListRecords/></OAI-PMH>')).toMatchObject({ records: [], refused: [] })
})

test('parseOai reports a record in another format, and keeps the others', () => {
  const body = fixture('oai/ListRecords.xml').replace('<arXiv ', '<dc ').replace('</arXiv>', '</dc>')
  const { records, refused } = parseOai(body)
  expect(records).toHaveLength(2)
  expect(refused).toEqual([{ index: 0, why: expect.stringContaining('metadata.arXiv') }])
})

test.each([
  ['another answer', '<OAI-PMH><Identify/></OAI-PMH>', 'it has neither records nor an error'],
  ['another root', '<record/>', 'it has no <OAI-PMH>'],
  ['half a list', fixture('oai/ListRecords.xml').slice(0, 2000), 'it ends in the middle'],
])('%s is not an OAI list', (_what, body, why) => {
  expect(() => parseOai(body)).toThrow(NotXmlError)
  expect(() => parseOai(body)).toThrow(why)
})

test(`every recorded answer is read, or refused as a whole (${recordingsAre})`, () => {
  const answers = recorded('oai')
  expect(answers.length).toBeGreaterThanOrEqual(5)
  for (const { name, body } of answers) {
    const isList = /<OAI-PMH[\s\S]*(?:<ListRecords|<error)/.test(body)
    if (!isList) {
      expect(() => parseOai(body), name).toThrow(NotXmlError)
      continue
    }
    const { records, refused, error } = parseOai(body)
    const inFormat = body.match(/<arXiv /g)?.length ?? 0
    expect({ name, read: records.length }).toEqual({ name, read: inFormat })
    if (inFormat > 0) expect({ name, refused }).toEqual({ name, refused: [] })
    expect({ name, code: error?.code }).toEqual({ name, code: /<error\s+code=["'](\w+)/.exec(body)?.[1] })
    for (const { keys, title, abstract, authors } of records) {
      expect(keys[0]!.scheme).toBe('arxiv')
      expect(`${title} ${abstract} ${authors.join()}`).not.toMatch(/\s{2}|\n|&(?:lt|gt|amp|#)/)
      expect([authors.length > 0, abstract.length > 0]).toEqual([true, true])
    }
  }
})
