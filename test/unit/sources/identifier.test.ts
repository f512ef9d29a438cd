import { describe, expect, test } from 'vitest'
import { parseArxivId, parseIdentifier } from '../../../src/sources/identifier.ts'

describe('an arXiv identifier', () => {
  test.each([
    ['2507.06457', '2507.06457', undefined],
    ['2507.06457v2', '2507.06457', 2],
    ['2503.02130', '2503.02130', undefined],
    ['0704.0001', '0704.0001', undefined],
    ['1412.9999v12', '1412.9999', 12],
    ['2912.123456', '2912.123456', undefined],
    ['hep-th/9901001', 'hep-th/9901001', undefined],
    ['hep-th/9901001v3', 'hep-th/9901001', 3],
    ['math.GT/0309136', 'math/0309136', undefined],
    ['arXiv:2507.06457v1', '2507.06457', 1],
    ['http://arxiv.org/abs/1605.08386v1', '1605.08386', 1],
    ['https://arxiv.org/pdf/2507.06457v2.pdf', '2507.06457', 2],
    ['oai:arXiv.org:2507.06457', '2507.06457', undefined],
    [' 2507.06457 ', '2507.06457', undefined],
  ])('%s', (text, id, version) => {
    expect(parseArxivId(text)).toEqual({ id, version })
  })

  test.each([
    ['a lost last zero', '2503.0213'],
    ['five digits before 2015', '1412.00001'],
    ['month 13', '2513.00001'],
    ['month 0', '2500.00001'],
    ['version 0', '2507.06457v0'],
    ['more behind it', '2507.06457 and more'],
    ['an old one without archive', '9901001'],
    ['nothing', ''],
  ])('is not %s', (_what, text) => {
    expect(parseArxivId(text)).toBeUndefined()
  })
})

test.each(['2507.06457v10000', '2507.06457v999999999999', 'hep-th/9901001v12345'])(
  'parseIdentifier leaves out a version of more than four digits: %s',
  (text) => {
    expect(parseArxivId(text)).toEqual({ id: text.replace(/v.*/, ''), version: undefined })
  },
)

describe('an identifier', () => {
  test.each([
    ['10.1145/3292500.3330701', 'doi', '10.1145/3292500.3330701'],
    ['doi:10.1000/ABC(1)', 'doi', '10.1000/abc(1)'],
    ['https://doi.org/10.1000/abc', 'doi', '10.1000/abc'],
    ['10.48550/arXiv.2507.06457', 'arxiv', '2507.06457'],
    ['2507.06457', 'arxiv', '2507.06457'],
  ])('%s is of scheme %s', (text, scheme, value) => {
    expect(parseIdentifier(text)?.key).toEqual({ scheme, value })
  })

  test.each(['id:17', '17', '10.1/too-short', 'Title of a paper'])('is not %s', (text) => {
    expect(parseIdentifier(text)).toBeUndefined()
  })

  const longDoi = (bytes: number) => `10.1000/${'x'.repeat(bytes - '10.1000/'.length)}`
  const longArchive = (bytes: number) => `${'a'.repeat(bytes - '/9901001'.length)}/9901001`

  test.each([longDoi(200), longArchive(200)])('of 200 bytes is read: %s', (text) => {
    expect(parseIdentifier(text)?.key.value).toBe(text)
  })

  test.each([
    ['longer than 200 bytes', longDoi(201)],
    ['an arXiv id longer than 200 bytes', longArchive(201)],
    ['of Chinese characters', `10.1000/${'中'.repeat(60)}`],
    ['with a NUL', '10.1000/a\0b'],
    ['with half a character', '10.1000/a\ud800b'],
    ['with a control character', '10.1000/a\u007fb'],
  ])('is not in %s', (_what, text) => {
    expect(parseIdentifier(text)).toBeUndefined()
  })
})
