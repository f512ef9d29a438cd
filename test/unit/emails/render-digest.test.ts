import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DigestContent } from '../../../src/digests/digest-content.ts'
import type { DigestEmail } from '../../../src/emails/digest-email.ts'
import { HTML_BUDGET } from '../../../src/emails/join-digest.ts'
import { openEmails } from '../../../src/emails/render-emails.ts'
import type { FoundTerms } from '../../../src/queries/reasons/reason-text.ts'
import {
  anyDigest,
  anyText,
  digest,
  paper,
  readable,
  readerLinks,
  section,
  site,
  unsubscribeUrl,
} from '../../support/mails.ts'

const sent = await openEmails(site)
const emails = readable(sent)
const htmlOf = (email: DigestEmail): string => emails.digest(email).html!
const textsOf = (html: string, tag: string): string[] =>
  [...html.matchAll(new RegExp(`<${tag}[ >][^>]*>?([\\s\\S]*?)</${tag}>`, 'g'))].map(([, inner = '']) =>
    inner.replace(/<[^>]*>/g, '').trim(),
  )
const titled = (text: string) => paper({ title: [{ text, marked: false }] })
const isPersonal = (line: string): boolean => /\/(manage|unsubscribe|digest)\//.test(line)
const escaped = (text: string): string => text.replace(/[?.]/g, '\\$&')
const rising = (count: number, day = '2026-11-24') => ({
  ...section(null, count),
  rising: true as const,
  papers: section(null, count).papers.map((paper) => ({ ...paper, day })),
})
const found = (found: FoundTerms) => ({ reason: { kind: 'match' as const, found } })
/** Papers that come close to a topic, but match none. */
const close = (count: number) => ({
  ...section(null, count),
  close: true as const,
  papers: section(null, count).papers.map((paper) => ({
    ...paper,
    reason: { kind: 'close' as const, terms: ['gates'] },
    closeTo: { topic: 'quantum', topicId: 32 },
  })),
})
const preheaderOf = (html: string): string => /<div style="display:none[^>]*>([^<]*)</.exec(html)?.[1] ?? ''

describe('subject', () => {
  test.each([
    ['a topic', [section('linear attention', 3)], '3 match linear attention: Gated Linear Attention'],
    [
      'several topics',
      [section('linear attention', 3), section('video', 12)],
      '3 match linear attention, 12 more: Gated Linear Attention',
    ],
    [
      'a query as its name',
      [section('"state space" OR mamba')],
      '1 matches state space OR mamba: Gated Linear Attention',
    ],
    ['a topic in Japanese', [section('言語モデル', 2)], '2 match 言語モデル: Gated Linear Attention'],
    [
      'a topic with quotes and brackets',
      [section('Lin "α" <b>', 4), section('video', 2)],
      '4 match Lin α b, 2 more: Gated Linear Attention',
    ],
    [
      'a limit of votes',
      [section('robots votes>=20', 7)],
      '7 match robots 20+ votes: Gated Linear Attention',
    ],
    ['an author', [section('by Chen', 9)], '9 by Chen: Gated Linear Attention'],
    [
      'an author and a topic',
      [section('by Chen', 9), section('a')],
      '9 by Chen, 1 more: Gated Linear Attention',
    ],
    ['a topic with accents', [section('Schrödinger', 1)], '1 matches Schrödinger: Gated Linear Attention'],
    [
      'a topic and rising papers',
      [section('video', 3), rising(2)],
      '3 match video, 2 more: Gated Linear Attention',
    ],
    ['papers that come close too', [section('video', 3), close(2)], '3 match video: Gated Linear Attention'],
    ['papers that come close only', [close(2)], 'No match, but 2 come close: Gated Linear Attention'],
    ['one that comes close only', [close(1)], 'No match, but one comes close: Gated Linear Attention'],
    ['rising papers alone', [rising(2)], '2 rising papers: Gated Linear Attention'],
    ['one alone', [rising(1)], '1 rising paper: Gated Linear Attention'],
    [
      'a title in Chinese',
      [{ ...section('video'), papers: [titled('语言模型')] }],
      '1 matches video: 语言模型',
    ],
    [
      'a title without a visible letter',
      [{ ...section('video'), papers: [titled('<>')] }],
      '1 matches video (24 Nov)',
    ],
    [
      'a long title',
      [{ ...section('video'), papers: [titled('Linear attention for '.repeat(9))] }],
      '1 matches video: Linear attention for Linear attention for Linear attention...',
    ],
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
      '14 match diffusion this week: Gated Linear Attention',
    ],
    [
      'a week, several topics',
      { sections: [section('diffusion', 14), section('video', 3)], week: WEEK },
      '14 match diffusion, 3 more this week: Gated Linear Attention',
    ],
    [
      'more than a week, after a pause',
      { week: { from: '2026-11-10', to: '2026-11-23' } },
      '1 matches linear attention: Gated Linear Attention',
    ],
    [
      'the best of a week',
      { sections: [section(null, 15)], bestOf: '2026-11-23', week: WEEK },
      'The best 15 of the week: Gated Linear Attention',
    ],
  ])('%s', (_what, content, subject) => expect(emails.digest(digest(content)).subject).toBe(subject))

  test('of any digest: one line of 78 characters, and the preheader of 40 to 90 says something else', () => {
    fc.assert(
      fc.property(anyDigest(3), (email) => {
        const { subject, html } = emails.digest(email)
        expect(subject).toMatch(/^[^\p{Cc}]{8,78}$/v)
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
  ['one paper', {}, 'We study linear attention. · Open one to read its summary, authors and links.'],
  [
    'several: the titles that the subject lacks, then a sentence',
    { sections: [section('a', 2)] },
    'Gated Linear Attention · We study linear attention.',
  ],
  [
    'as far as an inbox shows them',
    { sections: [section('a', 9)] },
    'Gated Linear Attention · Gated Linear Attention · Gated Linear Attention · Gated Linear…',
  ],
  [
    'short titles',
    { sections: [{ ...section('a'), papers: [titled('RAG'), titled('ToM')] }] },
    'ToM · We study linear attention. · Open one to read its summary, authors and links.',
  ],
])('preheader: %s', (_what, content, expected) => {
  expect(preheaderOf(htmlOf(digest(content)))).toBe(expected)
})

const on = (day: string) => ({ papers: [paper({ day })] })

test.each<[string, Partial<DigestContent>, string]>([
  ['one topic', { sections: [section('linear attention', 3)] }, 'Best match first.'],
  [
    'many topics',
    { sections: [section('a', 3), section('b'), section('c', 14), section('d'), section('e')] },
    '3 match a, 1 matches b, 14 match c, 2 match 2 other topics. Best match first.',
  ],
  [
    'an author and a topic',
    { sections: [section('a', 6), section('by Chen', 9)] },
    '6 match a, 9 are by Chen. Best match first.',
  ],
  [
    'two authors',
    { sections: [section('by Chen'), section('by Gu', 2)] },
    '1 is by Chen, 2 are by Gu. Best match first.',
  ],
  [
    'phrases',
    { sections: [section('world models'), section('RAG OR retrieval')] },
    '1 matches “world models”, 1 matches “RAG OR retrieval”.',
  ],
  ['several', { sections: [section('a', 3), section('b')] }, '3 match a, 1 matches b. Best match first.'],
  [
    'papers that come close too',
    { sections: [section('a', 3), close(2)] },
    'Best match first. 2 more come close to your topics.',
  ],
  [
    'papers that come close only',
    { sections: [close(2)] },
    'Nothing matched your topics. These read like papers that do.',
  ],
  [
    'one of another day that comes close only',
    { sections: [{ ...close(1), papers: close(1).papers.map((one) => ({ ...one, day: '2026-11-23' })) }] },
    'Nothing matched your topics. This paper reads like papers that do. Listed 23 Nov.',
  ],
  ['more', { more: 12 }, '12 more match and are on the site.'],
  [
    'a topic and rising papers of earlier days',
    { sections: [section('a', 3), rising(2, '2026-11-14')] },
    '3 match a. 2 are from the last two weeks and now have enough votes. Best match first.',
  ],
  [
    'a topic of another day and rising papers',
    { sections: [{ ...section('a'), ...on('2026-11-23') }, rising(2, '2026-11-14')] },
    '1 matches a (23 Nov). 2 are from the last two weeks and now have enough votes.',
  ],
  ['rising papers alone', { sections: [rising(1, '2026-11-14')] }, 'It is from the last two weeks.'],
  ['another day', { sections: [{ ...section('a'), ...on('2026-11-23') }] }, 'Listed 23 Nov.'],
  [
    'several days',
    {
      sections: [
        { ...section('a'), ...on('2026-11-24') },
        { ...section('b'), ...on('2026-11-21') },
      ],
    },
    '1 matches a, 1 matches b (21–24 Nov).',
  ],
  [
    'a week',
    { sections: [section('diffusion', 14)], week: { from: '2026-11-18', to: '2026-11-24' } },
    'Listed 18–24 Nov. Best match first.',
  ],
  [
    'after a pause',
    { sections: [section('diffusion', 14)], week: { from: '2026-11-11', to: '2026-11-24' } },
    'Listed 11–24 Nov. Best match first.',
  ],
  [
    'the best',
    { sections: [section(null, 2)], bestOf: '2026-11-23' },
    'These are the most upvoted papers of Monday 23 November 2026.',
  ],
  [
    'the best one',
    { sections: [section(null)], bestOf: '2026-11-23' },
    'This is the most upvoted paper of Monday 23 November 2026.',
  ],
  [
    'the best of a week',
    { sections: [section(null, 2)], bestOf: '2026-11-24', week: { from: '2026-11-18', to: '2026-11-24' } },
    'These are the most upvoted papers of 18–24 Nov.',
  ],
])('lead: %s', (_what, content, expected) => {
  const { html, text } = emails.digest(digest(content))
  expect(html).toContain(`>${expected}</p>`)
  expect(text.replace(/\s+/g, ' ')).toContain(expected)
})

test('one paper of one topic has no lead: the headings say it all', () => {
  const { html, text } = emails.digest(digest({ sections: [section('linear attention')] }))
  expect(html).not.toContain('class="lead"')
  expect(text).toMatch(/^1 new paper for you\n\n\n# Linear attention/m)
})

test('headings: the news, the topics with their counts, the papers', () => {
  const html = htmlOf(digest({ sections: [section('linear attention', 2), section('video')] }))
  expect(textsOf(html, 'h1')).toEqual(['3 new papers for you'])
  expect(textsOf(html, 'h2')).toEqual(['Linear attention 2', 'Video 1'])
  expect(textsOf(html, 'h3')).toEqual(Array(3).fill('Gated Linear Attention'))
  expect(html).toMatch(/<html lang="en" dir="ltr"/)
  expect(html).toContain('<title>2 match linear attention, 1 more: Gated Linear Attention</title>')
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
    expect(html).toMatch(new RegExp(`<a href="${url}"[^>]*>\\s*See the 2 others\\s*</a>`))
    expect(text).toContain(`See the 2 others:\n${url}\n`)
  })
})

test('without marks in titles, the text part has the whole reason', () => {
  const marked = paper({
    title: [{ text: 'Robots', marked: true }],
    reason: { kind: 'match', found: { title: ['robots'] } },
  })
  const { html, text } = emails.digest(digest({ sections: [{ ...section('a'), papers: [marked] }] }))
  expect(text).toContain('  Matched: robots, in the title\n')
  expect(html).not.toContain('in the title')
})

test('the link for a pause opens its part of the page', () => {
  const { html, text } = emails.digest(digest({}))
  for (const part of [html, text]) expect(part).toContain(`${readerLinks.manageUrl}?edit=pause#pause`)
})

test('a section without papers is not shown', () => {
  const html = htmlOf(digest({ sections: [{ topic: 'empty', topicId: 31, papers: [] }, section('full')] }))
  expect(textsOf(html, 'h2')).toEqual(['Full 1'])
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
    ['its first authors', 'Author 1, Author 2 +98'],
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
    expect(html).toContain('A, B +2998')
  })

  const reasonOf = (changes: Parameters<typeof paper>[0]) =>
    textsOf(htmlOf(digest({ sections: [{ topic: 'a', topicId: 31, papers: [paper(changes)] }] })), 'p').find(
      (text) => /^Match/.test(text),
    )

  test('shows the reason unless the title does', () => {
    expect(reasonOf(found({ abstract: ['attention'] }))).toBe('Matches “attention” in the abstract')
    expect(reasonOf(found({ title: ['attention'] }))).toBeUndefined()
  })

  test('marks the title too', () => {
    const title = [
      { text: 'On ', marked: false },
      { text: 'Attention', marked: true },
    ]
    const email = emails.digest(
      digest({ sections: [{ topic: 'a', topicId: 31, papers: [paper({ title })] }] }),
    )
    expect(email.html).toMatch(/>On <mark [^>]*>Attention<\/mark><\/a><\/h3>/)
    expect(email.text).toContain('* On Attention\n')
  })

  test('marks what matched', () => expect(html).toMatch(/We study <mark [^>]*>linear attention<\/mark>\./))

  test('leaves out unknown values', () => {
    const bare = paper({ authors: [], snippet: [], reason: null, votes: null, path: '/elsewhere' })
    const email = emails.digest(digest({ sections: [{ topic: 'a', topicId: 31, papers: [bare] }] }))
    expect(email.html).toMatch(/<h3[^>]*>Gated Linear Attention<\/h3>/)
    expect(email.html).not.toMatch(/class="(why|text)"|\d vote/)
    expect(email.text).toContain('* Gated Linear Attention\n  More or less like this:\n')
  })
})

describe('both parts', () => {
  const email = emails.digest(digest({ more: 12 }))
  test.each([
    unsubscribeUrl,
    readerLinks.manageUrl,
    `${readerLinks.manageUrl}?edit=pause#pause`,
    readerLinks.viewUrl,
    'See the 12 others',
    'You subscribed on 3 Nov 2026.',
    'Hugging Face: 31 papers.',
    'Papers from arXiv and Hugging Face,',
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

  test('each topic and each paper has a link to the page that changes them, alone on its line', () => {
    const papers = [1, 2].map((id) => paper({ id }))
    const two = emails.digest(digest({ sections: [{ topic: 'linear attention', topicId: 31, papers }] }))
    const url = `${readerLinks.manageUrl}/topics/31?paper=`
    expect(two.html!.match(/>Edit topic</g)).toHaveLength(1)
    expect(two.text).toContain(`  Edit topic:\n  ${url}1&edit=topic\n`)
    for (const { id } of papers) {
      expect(two.html).toMatch(
        new RegExp(`\n<a class="own" href="${escaped(url)}${id}"[^>]*>More like this</a>`),
      )
      expect(two.html).toMatch(
        new RegExp(`\n<a class="own" href="${escaped(url)}${id}&amp;vote=less"[^>]*>Less like this</a>`),
      )
      expect(two.text).toContain(`  More or less like this:\n  ${url}${id}\n`)
    }
    const best = emails.digest(digest({ sections: [section(null)], bestOf: '2026-11-24' }))
    expect(best.html).not.toContain('/topics/')
  })

  test('what is between personal links is the same for another reader', () => {
    const other = {
      manageUrl: `https://papers.example.org/manage/${'B'.repeat(59)}`,
      unsubscribeUrl: 'https://papers.example.org/unsubscribe/b',
      viewUrl: 'https://papers.example.org/digest/b',
    }
    const content = { more: 3, beyond: [8, 9] }
    const [one, two] = [readerLinks, other].map((links) => emails.digest(digest(content, links)))
    for (const part of ['html', 'text'] as const) {
      const [own, others] = [one, two].map((email) =>
        email![part]!.split('\n').filter((line) => !isPersonal(line)),
      )
      expect(own).toEqual(others)
    }
  })

  test('without papers beyond the cap, the button leads to the day', () => {
    const { html, text } = emails.digest(digest())
    const url = 'https://papers.example.org/papers/date/2026-11-24'
    expect(html).toContain(`href="${url}"`)
    expect(text).toContain(`See all papers of 24 Nov:\n${url}\n`)
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
    expect(textsOf(html!, 'h2')).toEqual(['Linear attention 2'])
    expect(html!.split('href="https://papers.example.org/papers/2312.06635"')).toHaveLength(3)
    expect(textsOf(html!, 'p').filter((text) => text.startsWith('Matches'))).toHaveLength(2)
    expect(html).not.toMatch(/Songlin|41 votes|>arXiv<|>More like/)
    expect(textsOf(html!, 'p').join()).not.toContain('We study')
  })

  test('in the text part too', () => {
    const { text } = titles({ sections: [section('linear attention', 2)] }, 'text')
    expect(text).toContain(`
# Linear attention (2)

* Gated Linear Attention
  Matched: linear attention, in the abstract
  https://papers.example.org/papers/2312.06635

* Gated Linear Attention
  Matched: linear attention, in the abstract
  https://papers.example.org/papers/2312.06635

  Edit topic:
`)
  })

  test('a long reason is cut', () => {
    const long = paper(found({ org: ['word '.repeat(40)] }))
    const { html } = titles({ sections: [{ topic: 'a', topicId: 31, papers: [long] }] })
    const [reason] = textsOf(html!, 'p').filter((text) => text.startsWith('Matches'))
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
      ...found({ org: ['linear attention, '.repeat(20)] }),
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
    expect(sent.digest(email).html!.length).toBeLessThan(HTML_BUDGET)
    expect(html).toContain('See the 12 others')
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

  test('and with 25 topics and a mark at every other word of the titles', () => {
    const title = Array.from({ length: 40 }, () => [
      { text: '言', marked: true },
      { text: ' 語 ', marked: false },
    ]).flat()
    const topics = Array.from({ length: 25 }, (_, i) => ({
      topic: `${i} ${'言語'.repeat(38)}`,
      topicId: 2 ** 31 - 25 + i,
      papers: [paper({ title, snippet: title })],
    }))
    for (const detail of ['full', 'titles'] as const)
      expect(sent.digest(digest({ sections: topics }, { detail })).html!.length).toBeLessThan(HTML_BUDGET)
  })

  test('any digest keeps it, with its footer', () => {
    const wide = fc.oneof(
      anyText,
      fc.nat({ max: 3_000 }).map((length) => '大'.repeat(length)),
    )
    fc.assert(
      fc.property(anyDigest(25, wide), (email) => {
        const html = htmlOf(email)
        expect(sent.digest(email).html!.length).toBeLessThan(HTML_BUDGET)
        expect(html).toContain('1 Example Street')
        expect(html.split(unsubscribeUrl)).toHaveLength(3)
      }),
      { numRuns: 100 },
    )
  })
})
