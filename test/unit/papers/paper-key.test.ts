import { describe, expect, test } from 'vitest'
import { paperNameOf, paperPathOf, parsePaperName, titleKey } from '../../../src/papers/paper-key.ts'

describe('the key of a title', () => {
  test.each([
    ['case', 'Attention Is All You Need', 'attention is all you need'],
    ['blanks and lines', 'Repair-R1: Better\n  Test', 'Repair-R1: Better Test'],
    ['punctuation', 'Repair-R1: Better Test', 'Repair R1 — better test.'],
    ['accents', 'Über Gödel', 'Uber Godel'],
    ["TeX's signs", 'An $L_2$ Norm', 'An L_2 Norm'],
    ['ligatures', 'E\ufb03cient', 'Efficient'],
  ])('ignores %s', (_what, one, other) => {
    expect(titleKey(one)).toEqual(titleKey(other))
  })

  test.each([
    ['numbers', 'Falcon-H1', 'Falcon-H2'],
    ['words', 'On Scaling', 'Scaling'],
    ['other scripts', '论文一', '论文二'],
    ['titles of punctuation only', '???', '!!!'],
  ])('keeps %s', (_what, one, other) => {
    expect(titleKey(one)).not.toEqual(titleKey(other))
  })
})

test.each([
  [{ arxivId: '2507.06457', doi: '10.1000/1', id: 7 }, '2507.06457', '/papers/2507.06457'],
  [{ arxivId: 'hep-th/9901001', doi: null, id: 7 }, 'hep-th/9901001', '/papers/hep-th/9901001'],
  [
    { arxivId: null, doi: '10.1000/a(b)#c?d', id: 7 },
    'doi:10.1000/a(b)#c?d',
    '/papers/doi:10.1000/a(b)%23c%3Fd',
  ],
  [{ arxivId: null, doi: null, id: 7 }, 'id:7', '/papers/id:7'],
])('%o has a name and a path', (paper, name, path) => {
  expect(paperNameOf(paper)).toBe(name)
  expect(paperPathOf(paper)).toBe(path)
  expect(decodeURIComponent(path)).toBe(`/papers/${name}`)
})

test.each([
  ['2507.06457v3', { scheme: 'arxiv', value: '2507.06457' }],
  ['hep-th/9901001', { scheme: 'arxiv', value: 'hep-th/9901001' }],
  ['doi:10.1000/1', { scheme: 'doi', value: '10.1000/1' }],
  ['id:17', { scheme: 'id', value: '17' }],
  ['17', { scheme: 'id', value: '17' }],
  ['0', undefined],
  ['99999999999', undefined],
  ['date/2026-08-14', undefined],
  ['', undefined],
])('the name %s', (name, key) => {
  expect(parsePaperName(name)).toEqual(key)
})
