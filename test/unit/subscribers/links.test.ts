import { describe, expect, test } from 'vitest'
import { arxivLink, codeLink, siteLinks } from '../../../src/subscribers/page-links.ts'

const links = siteLinks('https://papers.example.org/sub')

describe('`links.paper`', () => {
  test.each([
    ['/papers/2507.06457', 'https://papers.example.org/sub/papers/2507.06457'],
    ['/papers/hep-th/9901001', 'https://papers.example.org/sub/papers/hep-th/9901001'],
    ['/papers/doi:10.1000/1<2>"', 'https://papers.example.org/sub/papers/doi:10.1000/1%3C2%3E%22'],
  ])('%s', (path, url) => expect(links.paper(path)).toBe(url))

  test.each([
    ['another site', '//evil.example/papers/1'],
    ['a whole address', 'https://evil.example/papers/1'],
    ['a script', 'javascript:alert(1)'],
    ['another page', '/unsubscribe/1'],
    ['another page with ".." in the path', '/papers/../unsubscribe/1'],
    ['nothing', ''],
    ['too long', `/papers/${'x'.repeat(300)}`],
  ])('is undefined for %s', (_what, path) => expect(links.paper(path)).toBeUndefined())
})

test('`links.day` is the page of a day', () =>
  expect(links.day('2026-11-24')).toBe('https://papers.example.org/sub/papers/date/2026-11-24'))

describe('`codeLink`', () => {
  test.each([
    ['https', 'https://github.com/a/b', 'https://github.com/a/b'],
    ['a host beyond ASCII', 'https://bücher.example/ä', 'https://xn--bcher-kva.example/%C3%A4'],
    ['quotes', 'https://x.example/"><b>', 'https://x.example/%22%3E%3Cb%3E'],
    ['http', 'http://github.com/a/b', undefined],
    ['a script', 'javascript:alert(1)', undefined],
    ['data', 'data:text/html,x', undefined],
    ['a name and password', 'https://github.com@evil.example/', undefined],
    ['no address', 'github.com/a/b', undefined],
    ['no link', null, undefined],
    ['too long', `https://x.example/${'x'.repeat(300)}`, undefined],
  ])('%s', (_what, url, expected) => expect(codeLink(url)).toBe(expected))
})

describe('`arxivLink`', () => {
  test.each([
    ['/papers/2507.06457', 'https://arxiv.org/abs/2507.06457'],
    ['/papers/hep-th/9901001', 'https://arxiv.org/abs/hep-th/9901001'],
    ['/papers/doi:10.1000/1', undefined],
    ['/papers/2507.06457/../../x', undefined],
  ])('%s', (path, url) => expect(arxivLink(path)).toBe(url))
})
