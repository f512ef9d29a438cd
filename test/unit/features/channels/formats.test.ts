import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import {
  CHANNEL_KINDS,
  type ChannelKind,
  type PostContent,
} from '../../../../src/features/channels/channel.ts'
import { feishuSign } from '../../../../src/features/channels/formats/feishu.ts'
import { plainForChat } from '../../../../src/features/channels/formats/format.ts'
import { CHANNEL_FORMATS } from '../../../../src/features/channels/formats/formats.ts'
import { readSigningKey } from '../../../../src/features/channels/formats/signed-json.ts'

const NOW = new Date('2026-11-24T08:00:00Z')
const KEY = `whsec_${Buffer.from('a key of twenty-four bytes or more').toString('base64')}`

const paper = (title: string, reason = 'Matched: dragons, in the title') => ({
  title,
  url: 'https://papers.test/papers/2511.00001',
  authors: ['Ada Author', 'Bo Writer'],
  moreAuthors: 0,
  reason,
})

const content = (titles: string[], fields: Partial<PostContent> = {}): PostContent => ({
  site: 'Daily Papers',
  topic: 'Dragons',
  query: 'dragons',
  date: '2026-11-24',
  at: NOW.toISOString(),
  papers: titles.map((title) => paper(title)),
  count: titles.length,
  url: 'https://papers.test/papers?q=dragons',
  ...fields,
})

const target = { url: 'https://service.test/hook', secret: KEY, chat: '@lab' }
const requestOf = (kind: ChannelKind, post: PostContent) =>
  CHANNEL_FORMATS[kind].request(post, target, { messageId: 'msg_1', now: NOW })
const bodyOf = (kind: ChannelKind, post: PostContent) => JSON.parse(requestOf(kind, post).body)

/** What a person would see if a service read the text as markup or as a name. */
const HOSTILE = [
  '@everyone and @here <!channel> <@U123> <!here|x>',
  '<https://evil.example|click> [click](https://evil.example) https://evil.example evil.example',
  '*bold* _it_ ~no~ `code` ||spoiler|| > quote # heading',
  '<b>bold</b> <a href="https://evil.example">x</a> &lt;b&gt; &amp;',
  '<at user_id="all">all</at> **x** /start #tag',
  'a\u202eb\u0000c\nd \ud800',
]
const CHATS = CHANNEL_KINDS.filter((kind) => kind !== 'json')

describe.each(CHATS)('a post of %s', (kind) => {
  test.each(HOSTILE)('takes no markup, mention or address from %j', (text) => {
    const body = requestOf(
      kind,
      content([text], { papers: [paper(text, text)], site: text, topic: text }),
    ).body
    expect(body).not.toMatch(
      /@(?:everyone|here)|<!|<@|<at |<https|https?:\/\/evil|evil\.example|\u202e|\\u0000|\\ud800/,
    )
  })

  test('ends with the search for the topic, and has each paper with its link', () => {
    const { body } = requestOf(kind, content(['Dragons one', 'Dragons two']))
    expect(body).toContain('https://papers.test/papers?q=dragons')
    expect(body.indexOf('Dragons one')).toBeLessThan(body.indexOf('Dragons two'))
    expect(body).toContain('https://papers.test/papers/2511.00001')
    expect(body.lastIndexOf('All papers on this topic')).toBeGreaterThan(body.indexOf('Dragons two'))
  })

  test('has fewer papers if all are too long, and says so', () => {
    const long = Array.from({ length: 25 }, (_, n) => `Dragons ${n} ${'<&*['.repeat(200)}`)
    const { body } = requestOf(kind, content(long, { count: 40 }))
    expect(body).toMatch(/40 new papers. These are the best \d+:/)
    expect(Buffer.byteLength(body)).toBeLessThan(kind === 'telegram' ? 60_000 : 20_000)
  })
})

test('Slack gets texts and links as rich text, and shows no previews', () => {
  const { blocks, text, ...rest } = bodyOf('slack', content(['One <b>']))
  expect(rest).toEqual({ unfurl_links: false, unfurl_media: false })
  expect(text).toBe('Dragons · Tue 24 Nov: 1 new paper')
  expect(blocks.map(({ type }: { type: string }) => type)).toEqual([
    'header',
    'rich_text',
    'rich_text',
    'rich_text',
  ])
  expect(blocks[2].elements[0].elements).toEqual([
    {
      type: 'link',
      url: 'https://papers.test/papers/2511.00001',
      text: 'One <\u2060b>',
      style: { bold: true },
    },
    { type: 'text', text: '\nAda Author and Bo Writer · Matched: dragons, in the title' },
  ])
})

test('the notification of Slack, which is markup, is escaped', () => {
  expect(bodyOf('slack', content(['x'], { topic: 'A < B & <!channel>' })).text).toMatch(
    /^A &lt; B &amp; &lt;\u2060!channel&gt; /,
  )
})

test('Discord gets one embed that mentions nobody and fits', () => {
  const long = Array.from({ length: 25 }, (_, n) => `Dragons ${n} ${'<&*['.repeat(60)}`)
  const { embeds, allowed_mentions } = bodyOf('discord', content(long))
  expect(allowed_mentions).toEqual({ parse: [] })
  expect(embeds).toHaveLength(1)
  expect(embeds[0].title.length).toBeLessThanOrEqual(256)
  expect(embeds[0].description.length).toBeLessThanOrEqual(4096)
  expect(requestOf('discord', content(['x'])).url).toBe('https://service.test/hook?wait=true')
})

test('Discord gets signs of its markup behind a backslash', () => {
  const [embed] = bodyOf('discord', content(['*a* [b](c) \\'])).embeds
  expect(embed.description).toContain(
    '**[\\*a\\* \\[b\\]\\(c\\) \\\\](https://papers.test/papers/2511.00001)**',
  )
})

test('Telegram gets HTML of three tags, without a preview, that fits', () => {
  const long = Array.from({ length: 25 }, (_, n) => `Dragons ${n} ${'&<'.repeat(120)}`)
  const { text, ...rest } = bodyOf('telegram', content(long))
  expect(rest).toEqual({ chat_id: '@lab', parse_mode: 'HTML', link_preview_options: { is_disabled: true } })
  const tags: string[] = text.match(/<\/?\w+/g)
  expect(new Set(tags)).toEqual(new Set(['<b', '</b', '<a', '</a']))
  const shown = text.replace(/<[^>]+>/g, '').replaceAll(/&\w+;/g, '&')
  expect(shown.length).toBeLessThanOrEqual(4096)
  expect(requestOf('telegram', content(['x'])).url).toBe(`https://service.test/hook/bot${KEY}/sendMessage`)
})

test('Feishu gets a signed post of texts and links', () => {
  const { timestamp, sign, msg_type, content: data } = bodyOf('feishu', content(['One']))
  expect({ timestamp, sign, msg_type }).toEqual({
    timestamp: '1795507200',
    sign: feishuSign(KEY, '1795507200'),
    msg_type: 'post',
  })
  expect(data.post.zh_cn.title).toBe('Dragons · Tue 24 Nov')
  expect(data.post.zh_cn.content.at(-1)[0]).toMatchObject({
    tag: 'a',
    href: 'https://papers.test/papers?q=dragons',
  })
})

test('Feishu’s signature is the one that its documentation computes', () => {
  // In Python: base64(hmac(key=f"{timestamp}\n{secret}", msg=b"", sha256)).
  expect(feishuSign('demo', '100')).toBe('jquNHnVOwmDRfw+vqTIrY5dooJAgi5EcRtLsQE4wfXg=')
})

describe('signed JSON', () => {
  const now = new Date()
  const signed = (post: PostContent) =>
    CHANNEL_FORMATS.json.request(post, target, { messageId: 'msg_1', now })

  test('is verified by the library of Standard Webhooks', () => {
    const { body, headers } = signed(content(['One', 'Two']))
    expect(new Webhook(KEY).verify(body, headers)).toMatchObject({
      type: 'topic.papers',
      timestamp: NOW.toISOString(),
      data: { topic: 'Dragons', count: 2, papers: [{ title: 'One' }, { title: 'Two' }] },
    })
  })

  const FORGED: [string, (request: { body: string; headers: Record<string, string> }) => void][] = [
    ['another body', (one) => (one.body = one.body.replace('One', 'Two'))],
    ['another id', (one) => (one.headers['webhook-id'] = 'msg_2')],
    [
      'another time',
      (one) => (one.headers['webhook-timestamp'] = String(Number(one.headers['webhook-timestamp']) + 1)),
    ],
    ['an old time', (one) => (one.headers['webhook-timestamp'] = '1674087231')],
    ['no signature', (one) => delete one.headers['webhook-signature']],
  ]
  test.each(FORGED)('with %s is not', (_what, forge) => {
    const one = signed(content(['One']))
    forge(one)
    expect(() => new Webhook(KEY).verify(one.body, one.headers)).toThrow()
  })

  test('of another key is not', () => {
    const { body, headers } = signed(content(['One']))
    const other = new Webhook(`whsec_${Buffer.from('another key of twenty-four bytes').toString('base64')}`)
    expect(() => other.verify(body, headers)).toThrow()
  })

  test('has texts as they are, up to 20 kB', () => {
    const long = Array.from({ length: 25 }, (_, n) => `Dragons ${n} <b>@everyone</b> ${'x'.repeat(1500)}`)
    const { body } = signed(content(long))
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000)
    expect(JSON.parse(body).data.papers[0].title).toContain('<b>@everyone</b>')
  })
})

test.each([
  ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', true],
  ['whsec_c2hvcnQ=', false],
  ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', false],
  [`whsec_${Buffer.alloc(65).toString('base64')}`, false],
  ['whsec_not base64 at all, but long', false],
])('`readSigningKey` takes %s: %s', (key, isKey) => expect(readSigningKey(key) !== null).toBe(isKey))

test.each([
  ['p < 0.05 and/or C# 3.5', 'p < 0.05 and/or C# 3.5'],
  ['e.g. this', 'e.g. this'],
  ['GPT-4.o', 'GPT-4.o'],
])('`plainForChat` leaves %j as it is', (text, shown) => expect(plainForChat(text, 100)).toBe(shown))
