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
  ])('is not: %s', (_what, text) => {
    expect(parseArxivId(text)).toBeUndefined()
  })
})

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

  test.each(['id:17', '17', '10.1/too-short', 'Title of a paper'])('%s is none', (text) => {
    expect(parseIdentifier(text)).toBeUndefined()
  })
})
