import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DigestContent } from '../../../src/digests/digest-content.ts'
import type { DigestEmail } from '../../../src/emails/digest-email.ts'
import { HTML_BUDGET } from '../../../src/emails/join-digest.ts'
import { openEmails } from '../../../src/emails/render-emails.ts'
import { counted, fill, words } from '../../../src/i18n/words.ts'
import { preheaderOf } from '../../support/accessible-tree.ts'
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
} from '../../support/emails.ts'

const sent = await openEmails(site)
const emails = readable(sent)
const htmlOf = (email: DigestEmail): string => emails.digest(email).html!
const textsOf = (html: string, tag: string): string[] =>
  [...html.matchAll(new RegExp(`<${tag}[ >][^>]*>?([\\s\\S]*?)</${tag}>`, 'g'))].map(([, inner = '']) =>
    inner.replace(/<[^>]*>/g, '').trim(),
  )
const isPersonal = (line: string): boolean => /\/(manage|unsubscribe|digest)\//.test(line)
const escaped = (text: string): string => text.replace(/[?.]/g, '\\$&')
test('a digest has a subject of one line of 78 characters, and another preheader of 40 to 90', () => {
  fc.assert(
    fc.property(anyDigest(3), (email) => {
      const { subject, html } = emails.digest(email)
      expect(subject).toMatch(/^[^\p{Cc}]{8,78}$/v)
      expect(subject).not.toMatch(/"|=\?/)
      const preheader = preheaderOf(html!)
      expect(preheader.length).toBeGreaterThanOrEqual(40)
      expect(preheader.length).toBeLessThanOrEqual(90)
      expect(preheader).not.toContain(subject)
    }),
    { numRuns: 300 },
  )
})

test('a digest with one paper of one topic has no lead, as the headings say it all', () => {
  const { html, text } = emails.digest(digest({ sections: [section('linear attention')] }))
  const heading = fill(words.emails.digest.heading.one, { name: 'Gated Linear Attention' })
  expect(html).not.toContain('class="lead"')
  expect(text).toContain(`\n${heading}\n\n\n# Linear attention`)
})

test.each([
  [['rss:https://journal.example/feed#Nature'], 'Papers from Nature, not affiliated with it.'],
  [['huggingface', 'arxiv:cs.CL'], 'Papers from Hugging Face and arXiv, not affiliated with either.'],
  [[], undefined],
])('a digest with papers of %j says whose they are', (sources, credit) => {
  const news = sources.map((source) => ({ source, brought: 3 }))
  const { html = '', text } = emails.digest({ ...digest(), content: { ...digest().content, sources: news } })
  const oneLine = text.replace(/\s+/g, ' ')
  for (const part of [html, oneLine]) {
    if (credit) expect(part).toContain(credit)
    else expect(part).not.toContain('Papers from')
  }
})

test('a digest has one heading for the news, one for each topic and one for each paper', () => {
  const { html = '', subject } = emails.digest(
    digest({ sections: [section('linear attention', 2), section('video')] }),
  )
  expect(textsOf(html, 'h1')).toHaveLength(1)
  expect(textsOf(html, 'h2')).toEqual(['Linear attention 2', 'Video 1'])
  expect(textsOf(html, 'h3')).toEqual(Array(3).fill('Gated Linear Attention'))
  expect(html).toMatch(/<html lang="en" dir="ltr"/)
  expect(html).toContain(`<title>${subject}</title>`)
})

describe('the button of a digest with papers beyond the cap', () => {
  test.each<[string, Partial<DigestContent>, string]>([
    ['leads to the page of the digest', { beyond: [8, 9] }, `${readerLinks.viewUrl}#more`],
    [
      'leads to the page of the day, for the best papers of a day',
      { bestOf: '2026-11-23', sections: [section(null)] },
      'https://papers.example.org/papers/date/2026-11-23',
    ],
    [
      'leads to the newest day, if the digest does not list them',
      { sections: [{ ...section('a'), papers: [paper({ day: '2026-11-22' })] }] },
      'https://papers.example.org/papers/date/2026-11-22',
    ],
  ])('%s', (_title, content, url) => {
    const { html, text } = emails.digest(digest({ more: 2, ...content }))
    const button = counted(2, words.emails.digest.seeOthers)
    expect(html).toMatch(new RegExp(`<a href="${url}"[^>]*>\\s*${button}\\s*</a>`))
    expect(text).toContain(`${button}:\n${url}\n`)
  })
})

test('a digest does not show a section without papers', () => {
  const html = htmlOf(digest({ sections: [{ topic: 'empty', topicId: 31, papers: [] }, section('full')] }))
  expect(textsOf(html, 'h2')).toEqual(['Full 1'])
})

describe('both parts of a digest', () => {
  const email = emails.digest(digest({ more: 12 }))
  test.each([
    unsubscribeUrl,
    readerLinks.manageUrl,
    `${readerLinks.manageUrl}?edit=pause#pause`,
    readerLinks.viewUrl,
  ])('link to %s', (url) => {
    expect(email.html).toContain(url)
    expect(email.text).toContain(url)
  })

  test('link to unsubscribe at the top and at the end', () => {
    for (const [part, heading] of [
      [email.html!, '<h1'],
      [email.text, '\n# '],
    ] as const) {
      expect(part.split(unsubscribeUrl)).toHaveLength(3)
      expect(part.indexOf(unsubscribeUrl)).toBeLessThan(part.indexOf(heading))
    }
  })

  test('link each topic and each paper to the page that changes them, on a line of its own', () => {
    const papers = [1, 2].map((id) => paper({ id }))
    const two = emails.digest(digest({ sections: [{ topic: 'linear attention', topicId: 31, papers }] }))
    const url = `${readerLinks.manageUrl}/topics/31?paper=`
    const { edit, more, less } = words.emails.parts
    expect(two.html!.split(`>${edit}<`)).toHaveLength(2)
    expect(two.text).toContain(`  ${edit}:\n  ${url}1&edit=topic\n`)
    for (const { id } of papers) {
      expect(two.html).toMatch(new RegExp(`\n<a class="own" href="${escaped(url)}${id}"[^>]*>${more}</a>`))
      expect(two.html).toMatch(
        new RegExp(`\n<a class="own" href="${escaped(url)}${id}&amp;vote=less"[^>]*>${less}</a>`),
      )
    }
    const best = emails.digest(digest({ sections: [section(null)], bestOf: '2026-11-24' }))
    expect(best.html).not.toContain('/topics/')
  })

  test('are the same for two readers, except for lines with personal links', () => {
    const other = {
      manageUrl: `https://papers.example.org/manage/${'B'.repeat(59)}`,
      unsubscribeUrl: 'https://papers.example.org/unsubscribe/b',
      viewUrl: 'https://papers.example.org/digest/b',
      ownViewUrl: `https://papers.example.org/manage/${'B'.repeat(59)}/digest/b`,
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

  test('have a button that leads to the day, without papers beyond the cap', () => {
    const { html, text } = emails.digest(digest())
    const url = 'https://papers.example.org/papers/date/2026-11-24'
    expect(html).toContain(`href="${url}"`)
    expect(text).toContain(`:\n${url}\n`)
  })

  test('have no picture and nothing of another host', () => {
    expect(email.html).not.toMatch(/<img|url\(|@import|@font-face/)
    const hosts = [...email.html!.matchAll(/https?:\/\/([^/"]+)/g)].map(([, host]) => host)
    expect(new Set(hosts)).toEqual(new Set(['www.w3.org', 'papers.example.org', 'arxiv.org']))
  })
})

test('the text of a digest has one address for each paper: its place on the page of its reader, or its own page', () => {
  const papers = [1, 2].map((id) => paper({ id, codeUrl: 'https://github.com/a/b' }))
  const { text } = emails.digest(digest({ sections: [{ ...section('a'), papers }] }))
  const addresses = text.match(/https:\S+/g)!.filter((url) => /#paper|github|arxiv|\/papers\/2/.test(url))
  expect(addresses).toEqual([`${readerLinks.ownViewUrl}#paper-1`, `${readerLinks.ownViewUrl}#paper-2`])
  const best = emails.digest(digest({ sections: [{ ...section(null), papers }], bestOf: '2026-11-24' }))
  expect(best.text.split('https://papers.example.org/papers/2312.06635')).toHaveLength(3)
  expect(best.text).not.toContain('#paper')
})

test('a digest of titles only cuts a long reason', () => {
  const long = paper({ reason: { kind: 'match', found: { org: ['word '.repeat(40)] } } })
  const { html = '' } = emails.digest(
    digest({ sections: [{ topic: 'a', topicId: 31, papers: [long] }] }, { detail: 'titles' }),
  )
  const reason = /<p class="why"[^>]*>([^<]*)</.exec(html)![1]!
  expect(reason).toContain('word')
  expect(reason.length).toBeLessThanOrEqual(90)
})

test('a digest has no HTML for a subscriber who chose text', () => {
  const { html, ...email } = emails.digest(digest({}, { format: 'text' }))
  expect(html).toBeUndefined()
  expect(email.text).toBe(emails.digest(digest()).text)
})

test('the text of a digest has up to 76 columns, except for addresses', () => {
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

test('the HTML of a digest has tables only for layout', () => {
  const tables = htmlOf(digest()).match(/<table[^>]*>/g)!
  expect(tables.filter((table) => !table.includes('role="presentation"'))).toEqual([])
})

describe('the budget of bytes of a digest', () => {
  const fullest = (snippet: number, title = 'T'.repeat(40), author = '欧阳修') => {
    const full = paper({
      title: [{ text: title, marked: false }],
      authors: Array(100).fill(author),
      snippet: [{ text: 'word '.repeat(snippet / 5), marked: false }],
      reason: { kind: 'match', found: { org: ['linear attention, '.repeat(20)] } },
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
    expect(html).toContain(counted(12, words.emails.digest.seeOthers))
    expect(html).toContain('1 Example Street')
    expect(textsOf(html, 'h3')).toHaveLength(25)
    return textsOf(html, 'p').filter((text) => text.startsWith('word'))
  }

  test('has room for 25 papers with sentences of the usual length', () => {
    expect(shown(fullest(300))[0]).toHaveLength(299)
  })
  test('leaves out sentences that are too long, and never cuts them', () => {
    expect(shown(fullest(4_000))).toEqual([])
  })
  test('leaves only short sentences under long titles in Chinese', () => {
    expect(shown(fullest(120, '大'.repeat(250)))[0]).toHaveLength(119)
    expect(shown(fullest(300, '大'.repeat(250)))).toEqual([])
  })
  test('leaves only titles if they are very long', () => {
    expect(shown(fullest(4_000, '大'.repeat(400), '欧阳修'.repeat(20)))).toEqual([])
  })

  test('is kept with 25 topics and a mark at every other word of the titles', () => {
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

  test('is kept by any digest, with its footer', () => {
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
