import { describe, expect, test } from 'vitest'
import { parseRss } from '../../../../src/sources/arxiv/parse-rss.ts'
import { NotXmlError } from '../../../../src/sources/arxiv/read-xml.ts'
import { computedMs } from '../../../support/computed-ms.ts'
import { COMMAS, fixture, recorded, recordingsAre } from './recorded-arxiv.ts'

const everyType = () => parseRss(fixture('rss/cs.CL-every-type.xml'))

const feed = (items: string, title = 'cs.CL updates on arXiv.org') =>
  `<rss xmlns:arxiv="a" xmlns:dc="d"><channel><title>${title}</title>${items}</channel></rss>`

const item = (inside: string) =>
  feed(`<item><title>T</title><guid isPermaLink="false">oai:arXiv.org:2607.04420v1</guid>
    <arxiv:announce_type>new</arxiv:announce_type>${inside}</item>`)

const only = (body: string) => {
  const { records, refused } = parseRss(body)
  expect(refused).toEqual([])
  expect(records).toHaveLength(1)
  return records[0]!
}

test('parseRss reads everything that a feed contains about a new paper', () => {
  expect(everyType().records[0]).toEqual({ ...COMMAS, kind: 'new', version: 1 })
})

test('parseRss reads the kind of each announce type; a changed abstract is not a version', () => {
  const { records, refused, items } = everyType()
  expect(records.map(({ keys, kind, version }) => [keys[0]!.value, kind, version])).toEqual([
    ['2607.04420', 'new', 1],
    ['2607.04010', 'new', 1],
    ['2607.03998', 'cross', 2],
    ['2606.10110', 'revised', 3],
    ['2605.00990', 'revised', 2],
  ])
  expect({ refused, items }).toEqual({ refused: [], items: 6 })
})

test('parseRss makes a key of a DOI, in lower case', () => {
  expect(everyType().records[3]!.keys).toEqual([
    { scheme: 'arxiv', value: '2606.10110' },
    { scheme: 'doi', value: '10.1000/xyz.123' },
  ])
})

test.each([
  ['10.48550/arXiv.2607.04420', 1],
  ['to appear', 1],
  ['10.1000/a 10.1000/b', 2],
])('parseRss reads a DOI: %s', (doi, keys) => {
  expect(only(item(`<arxiv:DOI>${doi}</arxiv:DOI>`)).keys).toHaveLength(keys)
})

test.each([
  ['oai:arXiv.org:2503.02130v1', '2503.02130', 1],
  ['oai:arXiv.org:hep-th/9901001v12', 'hep-th/9901001', 12],
  ['oai:arXiv.org:0704.0010v2', '0704.0010', 2],
])('parseRss keeps the id of %s as text', (guid, value, version) => {
  const body = feed(
    `<item><title>T</title><guid>${guid}</guid><arxiv:announce_type>new</arxiv:announce_type></item>`,
  )
  expect(only(body)).toMatchObject({ keys: [{ scheme: 'arxiv', value }], version })
})

test('parseRss reads id and type before the abstract if their elements are missing', () => {
  const body = feed(
    `<item><title>T</title><description>arXiv:2607.04420v3 Announce Type: replace-cross
Abstract: Of use.</description></item>`,
  )
  expect(only(body)).toMatchObject({ kind: 'revised', version: 3, abstract: 'Of use.' })
})

test('parseRss keeps the words of an abstract about announce types', () => {
  const said = 'We study arXiv:2607.00001v1 Announce Type: new Abstract: in feeds.'
  expect(only(item(`<description>${said}</description>`)).abstract).toBe(said)
})

test.each([
  ['&amp;lt;b&amp;gt;', '&lt;b&gt;'],
  ['a &lt; b &amp; c &gt; d &quot;e&quot; &apos;f&apos;', 'a < b & c > d "e" \'f\''],
  ['&#233;t&#xe9; &#x1F600;', 'été 😀'],
  ['&amp;#233; &nbsp;', '&#233; &nbsp;'],
  ['<![CDATA[x &amp; <y>]]>', 'x &amp; <y>'],
  ['&#0;&#xD800;&#x110000;', '\ufffd\ufffd\ufffd'],
])('parseRss decodes character references once: %s', (written, read) => {
  expect(only(item(`<description>${written}</description>`)).abstract).toBe(read)
})

test('parseRss reports an unreadable item with its position, and keeps the others', () => {
  const good =
    '<item><title>T</title><guid>oai:arXiv.org:2607.04420v1</guid><arxiv:announce_type>new</arxiv:announce_type></item>'
  const { records, refused, items } = parseRss(
    feed(`${good}<item/><item><title>U</title><guid>none</guid></item>${good.replace('new', 'news')}`),
  )
  expect(records).toHaveLength(1)
  expect(items).toBe(4)
  expect(refused.map(({ index }) => index)).toEqual([1, 2, 3])
  expect(refused[1]!.why).toBe('no arXiv id; announce type: none')
  expect(refused[2]!.why).toBe('announce type: news')
})

test('parseRss reports the error message in a feed', () => {
  expect(parseRss(fixture('rss/error-400.xml'))).toMatchObject({
    records: [],
    error: expect.stringMatching(/^Bad subject class 'XX'/),
  })
  expect(everyType().error).toBeUndefined()
})

describe('responses that are not a feed', () => {
  test.each([
    ['nothing', '', 'Start tag expected.'],
    ['words', 'Rate exceeded.', "char 'R' is not expected."],
    ['HTML', '<!doctype html><html><body>Back soon</body></html>', 'it declares a document type'],
    ['HTML that is XML', '<html><body>Back soon</body></html>', 'it has no <rss>'],
    ['a feed of Atom', '<feed xmlns="http://www.w3.org/2005/Atom"></feed>', 'it has no <rss>'],
    ['a feed without a channel', '<rss version="2.0"/>', 'it has no <channel>'],
    ['half of a feed', fixture('rss/cs.CL-truncated.xml'), 'it ends in the middle'],
    ['a feed without its last sign', feed('').slice(0, -1), undefined],
    ['a feed and more', `${feed('')}<rss/>`, undefined],
    [
      'an entity from elsewhere',
      `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${feed('&x;')}`,
      'it declares a document type',
    ],
    [
      'entities upon entities',
      `<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${feed('&b;')}`,
      'it declares a document type',
    ],
    ['an invalid name', feed('<__proto__>1</__proto__>'), undefined],
    [
      'nests without end',
      `<rss><channel>${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}</channel></rss>`,
      undefined,
    ],
  ])('%s', (_what, body, why) => {
    expect(() => parseRss(body)).toThrow(NotXmlError)
    if (why) expect(() => parseRss(body)).toThrow(why)
  })

  test('every cut of a feed is refused', () => {
    const body = fixture('rss/cs.CL-every-type.xml').trimEnd()
    const cuts = Array.from({ length: body.length - 1 }, (_, end) => body.slice(0, end))
    const read = cuts.filter((cut) => {
      try {
        return Boolean(parseRss(cut))
      } catch (error) {
        return !(error instanceof NotXmlError)
      }
    })
    expect(read).toEqual([])
  })

  test('input that is made to take long ends soon', () => {
    const signs = ['<a ', '&#', '<![CDATA[', '<!--', '(', '&amp;', '<item>']
    for (const sign of signs) {
      const started = computedMs()
      try {
        parseRss(item(`<description>${sign.repeat(200_000)}</description>`))
      } catch (error) {
        expect(error).toBeInstanceOf(NotXmlError)
      }
      expect({ sign, isSoon: computedMs() - started < 5000 }).toEqual({ sign, isSoon: true })
    }
  })
})

test(`every recorded feed is read whole (${recordingsAre})`, () => {
  const feeds = recorded('rss')
  expect(feeds.length).toBeGreaterThanOrEqual(4)
  for (const { name, status, body } of feeds) {
    if (/truncated/.test(name)) {
      expect(() => parseRss(body)).toThrow('it ends in the middle')
      continue
    }
    const { records, refused, items, error } = parseRss(body)
    const unannounced = body.match(/>absonly</g)?.length ?? 0
    expect({ name, refused, read: records.length }).toEqual({ name, refused: [], read: items - unannounced })
    expect({ name, items }).toEqual({ name, items: body.match(/<item>/g)?.length ?? 0 })
    expect({ name, isError: Boolean(error) }).toEqual({ name, isError: status === 400 })
    for (const { keys, version, kind, title, abstract, authors, categories } of records) {
      expect(keys[0]!.scheme).toBe('arxiv')
      expect(version).toBeGreaterThan(0)
      expect(kind).toBeDefined()
      expect(`${title} ${abstract} ${authors.join()}`).not.toMatch(/\s{2}|\n|^arXiv:|&(?:lt|gt|amp|#)/)
      expect([authors.length > 0, categories.length > 0, abstract.length > 0]).toEqual([true, true, true])
    }
  }
})
