import { describe, expect, test } from 'vitest'
import { toRecords } from '../../../../src/sources/rss/item-record.ts'
import { BrokenFeedError, NotAFeedError, parseFeed } from '../../../../src/sources/rss/parse-feed.ts'

const RSS = (items: string, channel = '<title>Notes</title><link>https://notes.example/</link>') =>
  `<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>${channel}${items}</channel></rss>`
const item = (inside: string) => `<item>${inside}</item>`

const records = (body: string) => toRecords(parseFeed(body), 'https://notes.example/feed').records
const one = (inside: string) => records(RSS(item(inside)))[0]

const ONE_PAPER = {
  'RSS 0.91 with a document type':
    '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><title>N</title><item><title>Slow light</title><link>https://a.example/1</link></item></channel></rss>',
  'RSS 0.90':
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><title>N</title></channel><item><title>Slow light</title><link>https://a.example/1</link></item></rdf:RDF>',
  'RSS 1.0':
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://a.example/"><title>N</title></channel><item rdf:about="https://a.example/1"><title>Slow light</title><link>https://a.example/1</link></item></rdf:RDF>',
  'RSS 2.0': RSS(item('<title>Slow light</title><link>https://a.example/1</link>')),
  'Atom 0.3':
    '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>N</title><entry><title>Slow light</title><link rel="alternate" href="https://a.example/1"/><id>tag:a,1</id></entry></feed>',
  'Atom 1.0':
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>N</title><entry><title type="html">Slow &lt;i&gt;light&lt;/i&gt;</title><link href="https://a.example/1"/><id>tag:a,1</id><updated>2026-01-05T00:00:00Z</updated></entry></feed>',
  'JSON Feed 1.0': JSON.stringify({
    version: 'https://jsonfeed.org/version/1',
    title: 'N',
    items: [{ id: '1', url: 'https://a.example/1', title: 'Slow light' }],
  }),
  'JSON Feed 1.1': JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: 'N',
    items: [{ id: '1', external_url: 'https://a.example/1', title: 'Slow light', authors: [{ name: 'A' }] }],
  }),
}

test.each(Object.entries(ONE_PAPER))('%s is read', (_format, body) => {
  expect(records(body)).toMatchObject([
    { title: 'Slow light', keys: [{ scheme: 'link', value: 'a.example/1' }] },
  ])
})

test('a byte order mark, blank lines and a stylesheet before the feed do no harm', () => {
  const body = RSS(item('<title>Slow light</title>')).replace(
    '?>',
    '?>\n<?xml-stylesheet href="a.xsl"?><!-- made by hand -->\n',
  )
  expect(records(`\uFEFF\n ${body}`)).toHaveLength(1)
})

test('a feed without items is a feed', () => {
  expect(parseFeed(RSS('')).items).toEqual([])
})

describe('no feed', () => {
  test.each([
    '',
    'null',
    '42',
    '[]',
    '<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head></html>',
    '<html><body>&lt;rss version="2.0"&gt;</body></html>',
    '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>',
    '{"title":"a list"}',
  ])('is %j', (body) => {
    expect(() => parseFeed(body)).toThrow(NotAFeedError)
  })
})

describe('a document type', () => {
  // 720 kB. A search for the end of each one takes more than a minute, one for the first some milliseconds.
  const endless = '<!DOCTYPE'.repeat(80_000)

  test.each([
    ['within a feed', `<rss ${endless}`, BrokenFeedError],
    ['within a page', `<html> ${endless}`, NotAFeedError],
    ['before a feed', `${endless}<rss></rss>`, NotAFeedError],
  ])('%s that never ends is refused in linear time', { timeout: 600_000 }, (_where, body, expected) => {
    const start = performance.now()
    expect(() => parseFeed(body)).toThrow(expected)
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  test('is left out after a comment, and before one', () => {
    const whole = RSS(item('<title>Slow light</title>')).replace(
      '?>',
      '?><!-- a --><!doctype rss []><!-- b -->',
    )
    expect(records(whole)).toHaveLength(1)
  })
})

describe('a feed that cannot be read', () => {
  const whole = RSS(item('<title>Slow light</title>'))

  test.each([
    ['ends in the middle', whole.slice(0, -30)],
    ['ends before its last sign', whole.slice(0, -1)],
    ['is JSON that ends in the middle', ONE_PAPER['JSON Feed 1.1'].slice(0, -5)],
    ['has too many items', RSS(item('').repeat(10_001))],
    ['has too many tags', RSS(`<item>${'<a></a>'.repeat(130_000)}</item>`)],
  ])('%s', (_what, body) => {
    expect(() => parseFeed(body)).toThrow(BrokenFeedError)
  })

  test('does not expand entities that it declares itself', () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>${RSS(item('<title>&b;</title>')).slice(21)}`
    expect(records(bomb)[0]?.title).toBe('&b;')
  })
})

describe('an item', () => {
  test('has its title, also from dc:title and with markup that was escaped twice', () => {
    expect(one('<dc:title>Slow light</dc:title>')?.title).toBe('Slow light')
    expect(
      one('<title>&amp;lt;i&amp;gt;E. coli&amp;lt;/i&amp;gt; &amp;amp; Ca&lt;sup&gt;2+&lt;/sup&gt;</title>')
        ?.title,
    ).toBe('E. coli & Ca²⁺')
    expect(one('<title><![CDATA[[ASAP] p < 0.05 and n > 3]]></title>')?.title).toBe('p < 0.05 and n > 3')
  })

  test('without a title is left out by itself', () => {
    const { records, refused } = toRecords(
      parseFeed(RSS(item('<title>A</title>') + item('<link>https://a.example/2</link>'))),
      'https://notes.example/feed',
    )
    expect(records).toHaveLength(1)
    expect(refused).toMatchObject([{ index: 1 }])
  })

  test.each([
    'Issue Information',
    'Table of Contents',
    'Editorial Board',
    'Front Cover',
    'Masthead',
    'Corrections',
    'Editorial',
  ])('that is part of an issue and no paper is left out: %s', (title) => {
    expect(records(RSS(item(`<title>${title}</title>`)))).toEqual([])
  })

  test('may have no abstract', () => {
    expect(one('<title>A</title>')?.abstract).toBe('')
    expect(one('<title>A</title><description>TAXON, EarlyView.</description>')?.abstract).toBe('')
    expect(
      one('<title>A</title><description>Volume 12, Issue 3, March 2024, Page 1-12</description>')?.abstract,
    ).toBe('')
  })

  test('has the longest of its texts as the abstract, without what is around it', () => {
    const abstract = 'We measure how slow light moves in a cold gas of atoms.'
    expect(
      one(
        `<title>A</title><description>We measure how …</description><content:encoded><![CDATA[<h2>ABSTRACT</h2><p>${abstract}</p>]]></content:encoded>`,
      )?.abstract,
    ).toBe(abstract)
    expect(
      one(
        `<title>A</title><description>Nature, Published online: 05 March 2024; doi:10.1038/s41586-024-07000-0 ${abstract}</description>`,
      )?.abstract,
    ).toBe(abstract)
  })

  test.each([
    ['<dc:creator>Ana Li</dc:creator><dc:creator>Bo Xu</dc:creator>', ['Ana Li', 'Bo Xu']],
    ['<dc:creator>Li, Ana</dc:creator><dc:creator>Xu, Bo C.</dc:creator>', ['Ana Li', 'Bo C. Xu']],
    ['<dc:creator>Ana Li, Bo Xu, and Cy Orr</dc:creator>', ['Ana Li', 'Bo Xu', 'Cy Orr']],
    ['<dc:creator>Li, A., Xu, B. C.</dc:creator>', ['A. Li', 'B. C. Xu']],
    ['<dc:creator>Li, Ana; Xu, Bo</dc:creator>', ['Ana Li', 'Bo Xu']],
    ['<author>ana@example.org (Ana Li)</author>', ['Ana Li']],
    ['<author>ana@example.org</author>', []],
    ['<author>Ana Li, Bo Xu, et al.</author>', ['Ana Li', 'Bo Xu']],
  ])('has its authors by name: %s', (authors, expected) => {
    expect(one(`<title>A</title>${authors}`)?.authors).toEqual(expected)
  })

  test.each([
    ['<pubDate>Tue, 21 Dec 2021 09:23:57 +0000</pubDate>', '2021-12-21T09:23:57.000Z'],
    ['<pubDate>Tue, 21 Dec 2021 09:23:57 EST</pubDate>', '2021-12-21T14:23:57.000Z'],
    ['<pubDate>Tue, 21 Dec 2021 09:23:57</pubDate>', '2021-12-21T09:23:57.000Z'],
    ['<pubDate>21 Dec 2021</pubDate>', '2021-12-21T00:00:00.000Z'],
    ['<dc:date>2021-12-21</dc:date>', '2021-12-21T00:00:00.000Z'],
    ['<dc:date>2021-12-21T09:23:57</dc:date>', '2021-12-21T09:23:57.000Z'],
    ['<dc:date>2021-12-21 09:23:57</dc:date>', '2021-12-21T09:23:57.000Z'],
    ['<pubDate>soon</pubDate><dc:date>2021-12-21</dc:date>', '2021-12-21T00:00:00.000Z'],
    ['<prism:publicationDate>2021-12-21</prism:publicationDate>', '2021-12-21T00:00:00.000Z'],
    ['<pubDate>soon</pubDate>', undefined],
    ['', undefined],
  ])('has its date, in any zone of this machine: %s', (dates, expected) => {
    expect(one(`<title>A</title>${dates}`)?.publishedAt?.toJSON()).toBe(expected)
  })
})
