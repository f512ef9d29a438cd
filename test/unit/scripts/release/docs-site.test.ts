import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEMO_FOLDER, documentPage, fileOf, writeDocs } from '../../../../scripts/release/docs-site.ts'
import { brokenLinks } from '../../../../scripts/release/links.ts'
import { linksOf } from '../../../../scripts/site/static-page.ts'

const UNKNOWN = { repository: '', demo: '' }

test.each([
  ['docs/README.md', 'index.html'],
  ['docs/install.md', 'install.html'],
  ['docs/recipes/nginx.md', 'recipes/nginx.html'],
  ['docs/recipes/nginx.conf', 'recipes/nginx.conf'],
  ['README.md', 'readme.html'],
  ['.env.example', 'env.example'],
])('`fileOf` puts %s at %s', (path, file) => expect(fileOf(path)).toBe(file))

describe('`documentPage`', () => {
  const page = (markdown: string, published = UNKNOWN) =>
    documentPage(markdown, {
      path: 'docs/recipes/nginx.md',
      paths: new Set(['docs/recipes/nginx.md', 'docs/recipes/nginx.conf', 'docs/README.md', 'SECURITY.md']),
      version: '1.0.0',
      published,
    })
  const mainOf = (html: string) => html.match(/<main[^>]*>(.*)<\/main>/s)![1]!

  test('leads to the pages of other documents, to their places and to files', () => {
    const html = mainOf(page('[a](../README.md) [b](../../SECURITY.md#by-design) [c](nginx.conf) [d](#e)'))
    expect(linksOf(html)).toEqual(['../index.html', '../security.html#by-design', 'nginx.conf', '#e'])
  })

  test('leads to a file outside the site only in a repository that is known', () => {
    const markdown = '[the test](../../test/recipes/nginx.test.ts)'
    expect(linksOf(mainOf(page(markdown)))).toEqual([])
    expect(mainOf(page(markdown))).toContain('the test')
    const repository = 'https://code.example.org/lab/papers'
    expect(linksOf(mainOf(page(markdown, { ...UNKNOWN, repository })))).toEqual([
      `${repository}/blob/v1.0.0/test/recipes/nginx.test.ts`,
    ])
  })

  test('lists its sections if it has several', () => {
    expect(page('# A\n## B')).not.toContain('href="#b"')
    expect(page('# A\n## B\n## C')).toContain('href="#b"')
  })

  test('can scroll its tables and examples by keyboard, and they have names', () => {
    const html = mainOf(page('# A\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```\nlong line\n```\n'))
    const boxes = html.match(/<(?:div class="table"|pre)[^>]*>/g)
    expect(boxes).toHaveLength(2)
    for (const box of boxes!) expect(box).toMatch(/ role="group" aria-label="\w+" tabindex="0"/)
  })

  test('leads to the demo beside it, or to where that is published', () => {
    expect(linksOf(page('# A'))).toContain(`../${DEMO_FOLDER}/index.html`)
    const demo = 'https://lab.example.org/demo'
    expect(linksOf(page('# A', { ...UNKNOWN, demo }))).toContain(demo)
  })
})

describe('the documents as pages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'docs-site-'))
  const published = { ...UNKNOWN, demo: 'https://lab.example.org/demo' }
  beforeAll(() => writeDocs(folder, { version: '1.0.0', published }))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('have no link that leads nowhere', () => expect(brokenLinks(folder)).toEqual([]))

  test('have their contents on the first page', () => {
    const links = linksOf(readFileSync(join(folder, 'index.html'), 'utf8'))
    expect(links).toEqual(expect.arrayContaining(['install.html', 'recipes/nginx.html', 'security.html']))
  })
})
