import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HTML_BUDGET } from '../../../src/emails/digest-email.ts'
import type { DigestEmail } from '../../../src/emails/digest-view.ts'
import { openEmails } from '../../../src/emails/emails.ts'
import { encodedSize } from '../../../src/emails/encoded-size.ts'
import { anyDigest, anyText, digest, paper, section, site, unsubscribeUrl } from '../../support/mails.ts'

const emails = await openEmails(site)
const htmlOf = (email: DigestEmail): string => emails.digest(email).html!
const textsOf = (html: string, tag: string): string[] =>
  [...html.matchAll(new RegExp(`<${tag}[ >][^>]*>?([\\s\\S]*?)</${tag}>`, 'g'))].map(([, inner = '']) =>
    inner.replace(/<[^>]*>/g, '').trim(),
  )
const preheaderOf = (html: string): string => /<div style="display:none[^>]*>([^<]*)</.exec(html)?.[1] ?? ''

describe('subject', () => {
  test.each([
    ['a topic', [section('linear attention', 3)], '3 on linear attention - 24 Nov'],
    [
      'several topics',
      [section('linear attention', 3), section('video', 12)],
      '3 on linear attention, 12 more - 24 Nov',
    ],
    ['a query as its name', [section('"state space" OR mamba')], '1 on state space OR mamba - 24 Nov'],
    ['a topic that ASCII cannot write', [section('语言模型', 2)], 'Daily Papers: 2 papers - Tue 24 Nov'],
    ['no topics', [section(null, 15)], 'Daily Papers: 15 papers - Tue 24 Nov'],
    ['no topics, one paper', [section(null, 1)], 'Daily Papers: 1 paper - Tue 24 Nov'],
  ])('%s', (_what, sections, subject) => expect(emails.digest(digest({ sections })).subject).toBe(subject))

  test('of any digest: ASCII, 78 characters, and the preheader of 40 to 90 says something else', () => {
    fc.assert(
      fc.property(anyDigest(3), (email) => {
        const { subject, html } = emails.digest(email)
        expect(subject).toMatch(/^[\x20-\x7e]{8,78}$/)
        expect(subject).not.toMatch(/"|=\?/)
        const preheader = unescaped(preheaderOf(html!))
        expect(preheader.length).toBeGreaterThanOrEqual(40)
        expect(preheader.length).toBeLessThanOrEqual(90)
        expect(preheader).not.toContain(subject)
      }),
      { numRuns: 300 },
    )
  })
})

const unescaped = (html: string): string =>
  html.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? "'",
  )

test('preheader', () => {
  expect(preheaderOf(htmlOf(digest()))).toBe(
    'Gated Linear Attention, with the reason why it matches your topic',
  )
  expect(preheaderOf(htmlOf(digest({ sections: [section('a', 3)] })))).toBe(
    'Gated Linear Attention and 2 more, each with the reason why it is here',
  )
  expect(preheaderOf(htmlOf(digest({ sections: [section(null, 15)], bestOf: '2026-11-23' })))).toBe(
    'Gated Linear Attention and 14 more, papers with the most votes on Mon 23 Nov',
  )
})

test('headings: the date, the topics, the papers', () => {
  const html = htmlOf(digest({ sections: [section('linear attention', 2), section('video')] }))
  expect(textsOf(html, 'h1')).toEqual(['Tuesday, 24 November 2026'])
  expect(textsOf(html, 'h2')).toEqual(['linear attention', 'video'])
  expect(textsOf(html, 'h3')).toEqual(Array(3).fill('Gated Linear Attention'))
  expect(html).toMatch(/<html lang="en" dir="ltr"/)
  expect(html).toContain('<title>2 on linear attention, 1 more - 24 Nov</title>')
})

test('a digest of the day’s best says so', () => {
  const { text, html } = emails.digest(
    digest({
      sections: [{ topic: null, papers: [paper({ day: '2026-11-23' }), paper({ day: '2026-11-23' })] }],
      bestOf: '2026-11-23',
    }),
  )
  expect(text).toContain('The 2 papers with the most votes of Monday, 23 November 2026.')
  expect(html).toContain('https://papers.example.org/papers/date/2026-11-23')
  expect(text).not.toContain('listed 23 Nov')
})

test('a section without papers is not shown', () => {
  const html = htmlOf(digest({ sections: [{ topic: 'empty', papers: [] }, section('full')] }))
  expect(textsOf(html, 'h2')).toEqual(['full'])
})

describe('a paper', () => {
  const full = paper({
    authors: Array.from({ length: 100 }, (_, i) => `Author ${i + 1}`),
    comments: 1,
    codeUrl: 'https://github.com/a/b',
    day: '2026-11-23',
  })
  const { html, text } = emails.digest(digest({ sections: [{ topic: 'a', papers: [full] }] }))

  test.each([
    ['its first authors', 'Author 1, Author 2, Author 3 and 97 more'],
    ['the reason', 'Matched: linear attention, in the title'],
    ['votes', '41 votes'],
    ['comments', '1 comment'],
    ['the day, where it is another', 'listed 23 Nov'],
    ['its page', 'https://papers.example.org/papers/2312.06635'],
    ['its code', 'https://github.com/a/b'],
    ['arXiv', 'https://arxiv.org/abs/2312.06635'],
  ])('shows %s, in both parts', (_what, words) => {
    expect(html).toContain(words)
    expect(text).toContain(words)
  })

  test('marks what matched', () => expect(html).toMatch(/We study <mark [^>]*>linear attention<\/mark>\./))

  test('leaves out what is not known', () => {
    const bare = paper({ authors: [], snippet: [], reason: null, votes: null, path: '/elsewhere' })
    const email = emails.digest(digest({ sections: [{ topic: 'a', papers: [bare] }] }))
    expect(email.html).toMatch(/<h3[^>]*>Gated Linear Attention<\/h3>/)
    expect(email.html).not.toMatch(/class="(why|text)"|vote/)
    expect(email.text).toContain(' 1. Gated Linear Attention\n\n--\n')
  })
})

describe('both parts', () => {
  const email = emails.digest(digest({ more: 12 }))
  test.each([
    'https://papers.example.org/papers/date/2026-11-24',
    unsubscribeUrl,
    '12 more on the site',
    'You get this mail because this address was subscribed on 3 Nov 2026.',
    'Hugging Face: 31 papers',
    '1 Example Street, 12345 Exampletown',
  ])('%s', (words) => {
    expect(email.html).toContain(words)
    expect(email.text).toContain(words)
  })

  test('unsubscribing stands at the top and at the end', () => {
    expect(email.html!.split(unsubscribeUrl)).toHaveLength(3)
    expect(email.html!.indexOf(unsubscribeUrl)).toBeLessThan(email.html!.indexOf('<h1'))
  })

  test('hold no picture and nothing from another host', () => {
    expect(email.html).not.toMatch(/<img|url\(|@import|@font-face/)
    const hosts = [...email.html!.matchAll(/https?:\/\/([^/"]+)/g)].map(([, host]) => host)
    expect(new Set(hosts)).toEqual(new Set(['www.w3.org', 'papers.example.org', 'arxiv.org']))
  })
})

test('text alone has no HTML', () => {
  const email = emails.digest(digest({}, { format: 'text' }))
  expect(email.html).toBeUndefined()
  expect(email.text).toContain('Gated Linear Attention')
})

test('the text keeps to 76 columns, besides addresses', () => {
  fc.assert(
    fc.property(anyDigest(3), (email) => {
      const long = emails
        .digest(email)
        .text.split('\n')
        .filter((line) => [...line].length > 76)
      expect(long.filter((line) => !/^ *https:\/\/\S+$/.test(line))).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('tables are for layout alone', () => {
  const tables = htmlOf(digest()).match(/<table[^>]*>/g)!
  expect(tables.filter((table) => !table.includes('role="presentation"'))).toEqual([])
})

describe('the byte budget', () => {
  const fullest = (snippet: number, title = 'T'.repeat(40), author = '欧阳修') =>
    digest({
      sections: [
        {
          topic: 'a',
          papers: Array.from({ length: 25 }, () =>
            paper({
              title: [{ text: title, marked: false }],
              authors: Array(100).fill(author),
              snippet: [{ text: 'word '.repeat(snippet / 5), marked: false }],
            }),
          ),
        },
      ],
      more: 12,
    })
  const shown = (email: DigestEmail) => {
    const html = htmlOf(email)
    expect(encodedSize(html)).toBeLessThan(HTML_BUDGET)
    expect(html).toContain('12 more on the site')
    expect(html).toContain('1 Example Street')
    expect(textsOf(html, 'h3')).toHaveLength(25)
    return textsOf(html, 'p').filter((text) => text.startsWith('word'))
  }

  test('25 papers with a snippet of the usual length are shown whole', () => {
    expect(shown(fullest(300))[0]).toHaveLength(299)
  })
  test('whole abstracts are cut to the usual length', () => {
    const [snippet] = shown(fullest(4_000))
    expect(snippet!.length).toBeGreaterThan(250)
    expect(snippet!.length).toBeLessThanOrEqual(300)
  })
  test('with long titles in Chinese, snippets become shorter', () => {
    const [snippet] = shown(fullest(4_000, '大'.repeat(250)))
    expect(snippet!.length).toBeGreaterThan(60)
    expect(snippet!.length).toBeLessThanOrEqual(120)
  })
  test('and with the longest titles, they stand alone', () => {
    expect(shown(fullest(4_000, '大'.repeat(400), '欧阳修'.repeat(20)))).toEqual([])
  })

  test('any digest keeps it, with its footer', () => {
    const wide = fc.oneof(
      anyText,
      fc.nat({ max: 3_000 }).map((length) => '大'.repeat(length)),
    )
    fc.assert(
      fc.property(anyDigest(25, wide), (email) => {
        const html = htmlOf(email)
        expect(encodedSize(html)).toBeLessThan(HTML_BUDGET)
        expect(html).toContain('1 Example Street')
        expect(html.split(unsubscribeUrl)).toHaveLength(3)
      }),
      { numRuns: 100 },
    )
  })
})
