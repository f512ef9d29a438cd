import { beforeEach, describe, expect, test } from 'vitest'
import { counted, words } from '../../../src/i18n/words.ts'
import { errorsOn } from '../../support/page-text.ts'
import { textOf, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const site = useSite({ BASE_URL: 'https://papers.example', SITE_NAME: 'Lab & Papers' })

beforeEach(() => addPapers(site.db))

const get = (url: string, headers: Record<string, string> = {}) => site.app.inject({ url, headers })

describe('a paper for reference managers', () => {
  test.each([
    ['2507.06457.bib', 'application/x-bibtex; charset=utf-8', /^@misc\{arXiv\.2507\.06457,\n {2}title = /],
    [
      '2507.06457.ris',
      'application/x-research-info-systems; charset=utf-8',
      /^TY {2}- UNPB\r\nTI {2}- A Systematic/,
    ],
    ['2507.06457.csl.json', 'application/vnd.citationstyles.csl+json; charset=utf-8', /^\[\n/],
    ['hep-th/9901001.bib', 'application/x-bibtex; charset=utf-8', /eprint = \{hep-th\/9901001\}/],
    [
      'doi:10.1000/182.ris',
      'application/x-research-info-systems; charset=utf-8',
      /\r\nDO {2}- 10\.1000\/182\r\n/,
    ],
    ['id:1.bib', 'application/x-bibtex; charset=utf-8', /^@misc/],
  ])('%s is a file of its format', async (name, type, start) => {
    const numbered = name.startsWith('id:') ? name.replace('1', String(await anyId())) : name
    const { statusCode, headers, body } = await get(`/papers/${numbered}`)
    expect([statusCode, headers['content-type']]).toEqual([200, type])
    expect(body).toMatch(start)
    expect(headers['content-disposition']).toMatch(
      /^attachment; filename="[A-Za-z0-9.-]+\.(bib|ris|csl\.json)"$/,
    )
    expect(headers['cache-control']).toBe('public, max-age=60')
    const again = await get(`/papers/${numbered}`, { 'if-none-match': headers.etag as string })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })

  test.each(['2501.00001.bib', 'nothing.ris', '.csl.json', 'x%00.bib'])('%s is not found', async (name) => {
    const { statusCode, headers, body } = await get(`/papers/${name}`)
    expect([statusCode, headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
    expect(errorsOn(body)).toHaveLength(1)
  })
})

const anyId = async () => (await site.db.paper.findFirstOrThrow()).id

const metaIn = (body: string) =>
  [...body.matchAll(/<meta (?:name|property)="([^"]*)" content="([^"]*)">/g)].map(([, name, content]) => [
    name,
    content,
  ])

describe('a paper on its page', () => {
  test('has its authors, addresses and summary as metadata', async () => {
    const { body } = await get('/papers/2507.06457')
    expect(metaIn(body)).toEqual(
      expect.arrayContaining([
        ['description', 'A gated linear form of attention keeps most of the quality at a fifth of the cost.'],
        ['og:title', 'A Systematic Analysis of Hybrid Linear Attention'],
        ['og:type', 'article'],
        ['og:url', 'https://papers.example/papers/2507.06457'],
        ['og:site_name', 'Lab &amp; Papers'],
        ['citation_title', 'A Systematic Analysis of Hybrid Linear Attention'],
        ['citation_author', 'Dustin Wang'],
        ['citation_author', 'Taylor Kergan'],
        ['citation_publication_date', '2025/07/08'],
        ['citation_arxiv_id', '2507.06457'],
        ['citation_pdf_url', 'https://arxiv.org/pdf/2507.06457'],
      ]),
    )
    expect(body).toContain('<link rel="canonical" href="https://papers.example/papers/2507.06457">')
  })

  test('labels the summary of its source, and links to its searches and other sites', async () => {
    const { body } = await get('/papers/2507.06457')
    expect(textOf(body)).toContain(`${words.paper.summary} A gated linear form`)
    for (const [path, text] of [
      ['https://arxiv.org/pdf/2507.06457', words.paper.readPdf],
      ['https://huggingface.co/papers/2507.06457', `41</span> ${counted(41, words.paper.votesUnit)}`],
      ['https://arxiv.org/html/2507.06457', words.paper.html],
      ['https://huggingface.co/papers/2507.06457', counted(3, words.counts.comment)],
      ['/papers?q=author:%22Dustin+Wang%22', 'Dustin Wang'],
      ['/papers?q=org:%22Laboratory+of+Long+Contexts%22', 'Laboratory of Long Contexts'],
      ['/papers?q=keyword:%22recall%22', 'recall'],
      ['/papers?q=cat:cs.CL', 'cs.CL'],
      ['/papers/2507.06457.bib', '.bib'],
    ]) {
      expect(body).toContain(`href="${path}"`)
      expect(body).toContain(`>${text}</a>`)
    }
  })

  test('has no label without a summary of its source', async () => {
    expect((await get('/papers/2511.17002')).body).not.toContain(words.paper.summary)
  })

  test('links to searches that find it', async () => {
    const { body } = await get('/papers/2507.06457')
    const searches = [...body.matchAll(/href="(\/papers\?q=(?:author|org|keyword|cat):[^"]*)"/g)].map(
      ([, path]) => path!,
    )
    expect(searches.length).toBeGreaterThan(9)
    for (const path of new Set(searches)) {
      const found = await get(path.replaceAll('&amp;', '&'))
      expect([path, found.body.includes('A Systematic Analysis')]).toEqual([path, true])
    }
  })
})

test.each(['/', '/papers', '/subscribe', '/status', '/about', '/privacy', '/papers/date/2026-11-24'])(
  'the page %s has its canonical address',
  async (path) => {
    const { body } = await get(path)
    expect(body).toContain(`<link rel="canonical" href="https://papers.example${path}">`)
    expect(metaIn(body)).toContainEqual(['og:url', `https://papers.example${path}`])
    expect(body.match(/rel="canonical"/g)).toHaveLength(1)
  },
)

test('a page of results can be shared, but search engines do not list it', async () => {
  const metas = metaIn((await get('/papers?q=attention')).body)
  expect(metas).toContainEqual(['og:url', 'https://papers.example/papers?q=attention'])
  expect(metas).toContainEqual(['robots', 'noindex'])
})

test.each(['/papers/date', '/unsubscribe/x', '/papers/none'])(
  'the page %s has no metadata for sharing',
  async (path) => {
    expect((await get(path)).body).not.toContain('og:url')
  },
)
