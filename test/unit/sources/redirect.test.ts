import { expect, test } from 'vitest'
import { redirectTarget } from '../../../src/sources/follow-redirects.ts'

const PAGE = 'http://papers.example/a?b=c'

test.each([
  [PAGE, '/d', 'http://papers.example/d'],
  [PAGE, 'https://papers.example/a', 'https://papers.example/a'],
  [PAGE, 'https://PAPERS.example:443/', 'https://papers.example/'],
  [PAGE, 'https://papers.example:8443/', null],
  [PAGE, 'http://papers.example:5432/', null],
  ['https://papers.example/a', 'https://papers.example:9200/', null],
  ['http://127.0.0.1:8080/a', 'http://127.0.0.1:8080/b', 'http://127.0.0.1:8080/b'],
  ['http://127.0.0.1:8080/a', 'http://127.0.0.1:5432/', null],
  ['https://papers.example/a', 'e', 'https://papers.example/e'],
  ['https://papers.example/a', 'http://papers.example/a', null],
  [PAGE, 'https://www.papers.example/', null],
  [PAGE, 'https://papers.example.evil.example/', null],
  [PAGE, 'https://papers.example@evil.example/', null],
  [PAGE, 'https://name@papers.example/', null],
  [PAGE, null, null],
])('a redirect from %s by %s leads to %s', (from, location, expected) => {
  expect(redirectTarget(from, location)).toBe(expected)
})
