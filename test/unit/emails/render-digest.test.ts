import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DigestContent } from '../../../src/digests/digest-content.ts'
import type { DigestEmail } from '../../../src/emails/digest-email.ts'
import { encodedSize, HTML_BUDGET, openEmails } from '../../../src/emails/render-emails.ts'
import {
  anyDigest,
  anyText,
  digest,
  paper,
  readerLinks,
  section,
  site,
  unsubscribeUrl,
} from '../../support/mails.ts'

const emails = await openEmails(site)
const htmlOf = (email: DigestEmail): string => emails.digest(email).html!
const textsOf = (html: string, tag: string): string[] =>
  [...html.matchAll(new RegExp(`<${tag}[ >][^>]*>?([\\s\\S]*?)</${tag}>`, 'g'))].map(([, inner = '']) =>
    inner.replace(/<[^>]*>/g, '').trim(),
  )
const titled = (text: string) => paper({ title: [{ text, marked: false }] })
const rising = (count: number, day = '2026-11-24') => ({
  ...section(null, count),
  rising: true as const,
  papers: section(null, count).papers.map((paper) => ({ ...paper, day })),
})
/** Papers that come close to a topic which matched nothing for long. */
const close = (count: number) => ({ ...section('quantum', count), close: true as const })
const preheaderOf = (html: string): string => /<div style="display:none[^>]*>([^<]*)</.exec(html)?.[1] ?? ''

describe('subject', () => {
  test.each([
    ['a topic', [section('linear attention', 3)], '3 papers on linear attention (24 Nov)'],
    [
      'several topics',
      [section('linear attention', 3), section('video', 12)],
      '3 papers on linear attention, 12 more (24 Nov)',
    ],
    ['a query as its name', [section('"state space" OR mamba')], '1 paper on state space OR mamba (24 Nov)'],
    ['a topic that ASCII cannot write', [section('语言模型', 2)], '2 papers on your topic (24 Nov)'],
    [
      'a topic that ASCII can write in part',
      [section('Lin "α" <b>', 4), section('video', 2)],
      '6 papers on your topics (24 Nov)',
    ],
    ['a limit of votes', [section('robots votes>=20', 7)], '7 papers on robots 20+ votes (24 Nov)'],
    ['a topic with accents', [section('Schrödinger', 1)], '1 paper on Schrodinger (24 Nov)'],
    ['a topic and rising papers', [section('video', 3), rising(2)], '3 papers on video, 2 more (24 Nov)'],
    ['papers close to another topic', [section('video', 3), close(2)], '3 papers on video (24 Nov)'],
    ['rising papers alone', [rising(2)], '2 rising papers (24 Nov)'],
    ['one alone', [rising(1)], '1 rising paper (24 Nov)'],
  ])('%s', (_what, sections, subject) => expect(emails.digest(digest({ sections })).subject).toBe(subject))

  const WEEK = { from: '2026-11-17', to: '2026-11-23' }
  test.each<[string, Partial<DigestContent>, string]>([
    [
      'the best',
      { sections: [section(null, 15)], bestOf: '2026-11-23' },
      'The best 15 of 23 Nov: Gated Linear Attention',
    ],
    [
      'the best one',
      { sections: [section(null)], bestOf: '2026-11-23' },
      'The best of 23 Nov: Gated Linear Attention',
    ],
    [
      'a week',
      { sections: [section('diffusion', 14)], week: WEEK },
      'This week: 14 papers on diffusion (17-23 Nov)',
    ],
    [
      'a week, several topics',
      { sections: [section('diffusion', 14), section('video', 3)], week: WEEK },
      'This week: 14 papers on diffusion, 3 more (17-23 Nov)',
    ],
    [
      'a week over the end of a month',
      { week: { from: '2026-11-28', to: '2026-12-04' } },
      'This week: 1 paper on linear attention (28 Nov - 4 Dec)',
    ],
    [
      'more than a week, after a pause',
      { week: { from: '2026-11-10', to: '2026-11-23' } },
      '1 paper on linear attention (10-23 Nov)',
    ],
    [
      'the best of a week',
      { sections: [section(null, 15)], bestOf: '2026-11-23', week: WEEK },
      'This week: the best 15 (17-23 Nov)',
    ],
  ])('%s', (_what, content, subject) => expect(emails.digest(digest(content)).subject).toBe(subject))

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

test.each<[string, Partial<DigestContent>, string]>([
  ['one paper', {}, 'Gated Linear Attention, with the reason why it’s in this email'],
  [
    'several: their titles',
    { sections: [section('a', 2)] },
    'Gated Linear Attention · Gated Linear Attention',
  ],
  [
    'as far as an inbox shows them',
    { sections: [section('a', 9)] },
    'Gated Linear Attention · Gated Linear Attention · Gated Linear Attention · Gated Linear…',
  ],
  [
    'short titles',
    { sections: [{ ...section('a'), papers: [titled('RAG'), titled('ToM')] }] },
    'RAG · ToM, each with the reason why it’s in this email',
  ],
])('preheader: %s', (_what, content, expected) => {
  expect(preheaderOf(htmlOf(digest(content)))).toBe(expected)
})

const on = (day: string) => ({ papers: [paper({ day })] })

test.each<[string, Partial<DigestContent>, string]>([
  ['one topic', { sections: [section('linear attention', 3)] }, '3 new papers on linear attention.'],
  ['several', { sections: [section('a', 3), section('b')] }, '4 new papers on 2 of your topics.'],
  ['papers close to another topic', { sections: [section('a', 3), close(2)] }, '3 new papers on a.'],
  ['more', { more: 12 }, '1 new paper on linear attention. 12 more on the site.'],
  [
    'a topic and rising papers of earlier days',
    { sections: [section('a', 3), rising(2, '2026-11-14')] },
    '3 new papers on a, and 2 papers from the last two weeks that now have enough votes.',
  ],
  [
    'a topic of another day and rising papers',
    { sections: [{ ...section('a'), ...on('2026-11-23') }, rising(2, '2026-11-14')] },
    '1 new paper on a (23 Nov), and 2 papers from the last two weeks that now have enough votes.',
  ],
  [
    'rising papers alone',
    { sections: [rising(1, '2026-11-14')] },
    '1 paper from the last two weeks that now has enough votes.',
  ],
  ['another day', { sections: [{ ...section('a'), ...on('2026-11-23') }] }, '1 new paper on a (23 Nov).'],
  [
    'several days',
    {
      sections: [
        { ...section('a'), ...on('2026-11-24') },
        { ...section('b'), ...on('2026-11-21') },
      ],
    },
    '2 new papers on 2 of your topics (21–24 Nov).',
  ],
  [
    'a week',
    { sections: [section('diffusion', 14)], week: { from: '2026-11-18', to: '2026-11-24' } },
    'This week (18–24 Nov): 14 new papers on diffusion.',
  ],
  [
    'after a pause',
    { sections: [section('diffusion', 14)], week: { from: '2026-11-11', to: '2026-11-24' } },
    '11–24 Nov: 14 new papers on diffusion.',
  ],
  [
    'the best',
    { sections: [section(null, 2)], bestOf: '2026-11-23' },
    'The 2 most upvoted papers of Monday 23 November 2026.',
  ],
  [
    'the best one',
    { sections: [section(null)], bestOf: '2026-11-23' },
    'The most upvoted paper of Monday 23 November 2026.',
  ],
  [
    'the best of a week',
    { sections: [section(null, 2)], bestOf: '2026-11-24', week: { from: '2026-11-18', to: '2026-11-24' } },
    'The 2 most upvoted papers of 18–24 Nov.',
  ],
])('lead: %s', (_what, content, expected) => {
  const { html, text } = emails.digest(digest(content))
  expect(html).toContain(`>${expected}</p>`)
  expect(text.replace(/\s+/g, ' ')).toContain(expected)
})

test('headings: the date, the topics, the papers', () => {
  const html = htmlOf(digest({ sections: [section('linear attention', 2), section('video')] }))
  expect(textsOf(html, 'h1')).toEqual(['Tuesday 24 November 2026'])
  expect(textsOf(html, 'h2')).toEqual(['linear attention', 'video'])
  expect(textsOf(html, 'h3')).toEqual(Array(3).fill('Gated Linear Attention'))
  expect(html).toMatch(/<html lang="en" dir="ltr"/)
  expect(html).toContain('<title>2 papers on linear attention, 1 more (24 Nov)</title>')
})

describe('papers beyond the cap are counted', () => {
  test.each<[string, Partial<DigestContent>, string]>([
    ['on the page of the digest', { beyond: [8, 9] }, `${readerLinks.viewUrl}#more`],
    [
      'on the page of the day, for the day’s best',
      { bestOf: '2026-11-23', sections: [section(null)] },
      'https://papers.example.org/papers/date/2026-11-23',
    ],
    [
      'on the newest day, where an earlier release planned it',
      { sections: [{ ...section('a'), ...on('2026-11-22') }] },
      'https://papers.example.org/papers/date/2026-11-22',
    ],
  ])('%s', (_where, content, url) => {
    const { html, text } = emails.digest(digest({ more: 2, ...content }))
    expect(html).toContain(`<a href="${url}" style="color: #12564f;">2 more on the site</a>`)
    expect(text).toContain(`2 more on the site:\n${url}\n`)
  })
})

test('a section without papers is not shown', () => {
  const html = htmlOf(digest({ sections: [{ topic: 'empty', topicId: 31, papers: [] }, section('full')] }))
  expect(textsOf(html, 'h2')).toEqual(['full'])
})

describe('a paper', () => {
  const full = paper({
    authors: Array.from({ length: 100 }, (_, i) => `Author ${i + 1}`),
    codeUrl: 'https://github.com/a/b',
    day: '2026-11-23',
  })
  const { html, text } = emails.digest(
    digest({ sections: [{ topic: 'a', topicId: 31, papers: [full, paper({ id: 8 })] }] }),
  )

  test.each([
    ['its first authors', 'Author 1, Author 2, Author 3 and 97 more'],
    ['the reason', 'Matched: linear attention, in the title'],
    ['votes', '41 votes'],
    ['the day, where it is another', 'listed 23 Nov'],
    ['its page', 'https://papers.example.org/papers/2312.06635'],
    ['its code', 'https://github.com/a/b'],
    ['arXiv', 'https://arxiv.org/abs/2312.06635'],
  ])('shows %s, in both parts', (_what, words) => {
    expect(html).toContain(words)
    expect(text).toContain(words)
  })

  test('counts the authors that were not frozen', () => {
    const some = paper({ authors: ['A', 'B', 'C', 'D'], moreAuthors: 2996 })
    const { html } = emails.digest(digest({ sections: [{ topic: 'a', topicId: 31, papers: [some] }] }))
    expect(html).toContain('A, B, C and 2997 more')
  })

  test('marks what matched', () => expect(html).toMatch(/We study <mark [^>]*>linear attention<\/mark>\./))

  test('leaves out unknown values', () => {
    const bare = paper({ authors: [], snippet: [], reason: null, votes: null, path: '/elsewhere' })
    const email = emails.digest(digest({ sections: [{ topic: 'a', topicId: 31, papers: [bare] }] }))
    expect(email.html).toMatch(/<h3[^>]*>Gated Linear Attention<\/h3>/)
    expect(email.html).not.toMatch(/class="(why|text)"|vote/)
    expect(email.text).toContain(' 1. Gated Linear Attention\n    Edit topic: a\n')
  })
})

describe('both parts', () => {
  const email = emails.digest(digest({ more: 12 }))
  test.each([
    unsubscribeUrl,
    readerLinks.manageUrl,
    `${readerLinks.manageUrl}#pause`,
    readerLinks.viewUrl,
    '12 more on the site',
    'You subscribed on 3 Nov 2026.',
    'Hugging Face: 31 papers.',
    'Papers from arXiv and Hugging Face Daily Papers. Not affiliated with them.',
    '1 Example Street, 12345 Exampletown',
  ])('%s', (words) => {
    expect(email.html).toContain(words)
    expect(email.text).toContain(words)
  })

  test('the unsubscribe link is at the top and at the end', () => {
    for (const [part, heading] of [
      [email.html!, '<h1'],
      [email.text, '\n# '],
    ] as const) {
      expect(part.split(unsubscribeUrl)).toHaveLength(3)
      expect(part.indexOf(unsubscribeUrl)).toBeLessThan(part.indexOf(heading))
    }
  })

  test('each reason leads to a page that changes its topic from that very paper', () => {
    const papers = [1, 2].map((id) => paper({ id, reason: 'Matched: attention, in the title' }))
    const two = emails.digest(digest({ sections: [{ topic: 'linear attention', topicId: 31, papers }] }))
    for (const { id } of papers) {
      const url = `${readerLinks.manageUrl}/topics/31?paper=${id}`
      expect(two.html).toMatch(/in the title · <a class="change" [^>]*>Edit topic: linear attention<\/a>/)
      expect(two.html).toContain(`href="${url}"`)
      expect(two.text).toContain(`    Edit topic: linear attention\n    ${url}\n`)
    }
    const best = emails.digest(digest({ sections: [section(null)], bestOf: '2026-11-24' }))
    expect(best.html).not.toContain('/topics/')
  })

  test('hold no picture and nothing from another host', () => {
    expect(email.html).not.toMatch(/<img|url\(|@import|@font-face/)
    const hosts = [...email.html!.matchAll(/https?:\/\/([^/"]+)/g)].map(([, host]) => host)
    expect(new Set(hosts)).toEqual(new Set(['www.w3.org', 'papers.example.org', 'arxiv.org']))
  })
})

describe('titles only', () => {
  const titles = (content: Partial<DigestContent> = {}, format: 'html' | 'text' = 'html') =>
    emails.digest(digest(content, { detail: 'titles', format }))

  test('show section, linked title and reason, nothing else of a paper', () => {
    const { html } = titles({ sections: [section('linear attention', 2)] })
    expect(textsOf(html!, 'h2')).toEqual(['linear attention'])
    expect(html!.split('href="https://papers.example.org/papers/2312.06635"')).toHaveLength(3)
    expect(textsOf(html!, 'p').filter((text) => text.startsWith('Matched:'))).toHaveLength(2)
    expect(html).not.toMatch(/Songlin|We study|41 votes|>arXiv<|Change:/)
  })

  test('in the text part too', () => {
    const { text } = titles({ sections: [section('linear attention', 2)] }, 'text')
    expect(text).toContain(`
# linear attention

 1. Gated Linear Attention
    Matched: linear attention, in the title
    https://papers.example.org/papers/2312.06635

 2. Gated Linear Attention
    Matched: linear attention, in the title
    https://papers.example.org/papers/2312.06635

--
`)
  })

  test('a long reason is cut', () => {
    const long = paper({ reason: `Matched: ${'word '.repeat(40)}` })
    const { html } = titles({ sections: [{ topic: 'a', topicId: 31, papers: [long] }] })
    const [reason] = textsOf(html!, 'p').filter((text) => text.startsWith('Matched:'))
    expect(reason!.length).toBeLessThanOrEqual(90)
  })
})

test('a text email has no HTML', () => {
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

test('tables are only for layout', () => {
  const tables = htmlOf(digest()).match(/<table[^>]*>/g)!
  expect(tables.filter((table) => !table.includes('role="presentation"'))).toEqual([])
})

describe('the byte budget', () => {
  const fullest = (snippet: number, title = 'T'.repeat(40), author = '欧阳修') => {
    const full = paper({
      title: [{ text: title, marked: false }],
      authors: Array(100).fill(author),
      snippet: [{ text: 'word '.repeat(snippet / 5), marked: false }],
      reason: `Matched: ${'linear attention, '.repeat(20)}`,
      codeUrl: `https://github.com/${'a'.repeat(60)}`,
      organization: 'Organization of Average Length',
      isSummary: true,
    })
    const sections = Array.from({ length: 20 }, (_, i) => ({
      topic: `topic ${'t'.repeat(80)}`,
      topicId: 2 ** 31 - 20 + i,
      papers: Array(i < 5 ? 2 : 1).fill(full),
    }))
    return digest({ sections, more: 12 })
  }
  const shown = (email: DigestEmail) => {
    const html = htmlOf(email)
    expect(encodedSize(html)).toBeLessThan(HTML_BUDGET)
    expect(html).toContain('12 more on the site')
    expect(html).toContain('1 Example Street')
    expect(textsOf(html, 'h3')).toHaveLength(25)
    return textsOf(html, 'p').filter((text) => text.startsWith('word'))
  }

  test('25 papers with sentences of the usual length are shown whole', () => {
    expect(shown(fullest(300))[0]).toHaveLength(299)
  })
  test('sentences that are too long are left out, never cut', () => {
    expect(shown(fullest(4_000))).toEqual([])
  })
  test('with long titles in Chinese, only short sentences stay', () => {
    expect(shown(fullest(120, '大'.repeat(250)))[0]).toHaveLength(119)
    expect(shown(fullest(300, '大'.repeat(250)))).toEqual([])
  })
  test('and with the longest titles, only titles are shown', () => {
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
