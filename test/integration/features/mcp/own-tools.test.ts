import { beforeEach, describe, expect, test } from 'vitest'
import { recordListings } from '../../../../src/papers/listing.repo.ts'
import { setTopics } from '../../../../src/subscribers/topic.repo.ts'
import { checksums } from '../../../support/checksums.ts'
import { mailed } from '../../../support/mailed-links.ts'
import { arxivKey, sampleRecord } from '../../../support/sample-record.ts'
import { get, NOW, post, useSite } from '../../../support/site.ts'
import { callTool, send } from './mcp-client.ts'
import { EMAIL, makeToken, subscriberWithDigest, tokenRows } from './own-world.ts'

const site = useSite()
let path: string
let token: string

beforeEach(async () => {
  path = await subscriberWithDigest(site)
  token = (await makeToken(site, path)).token
})

const call = (name: string, input: object = {}) => callTool(site.app, name, input, { token })
const topicRows = () => site.db.topic.findMany({ orderBy: { position: 'asc' }, include: { query: true } })
const firstTopic = async () => (await topicRows())[0]!.id
const PAPER = '2507.06457'

describe('tools/list', () => {
  test('has the tools of a subscriber only with a token, in the same order, for no shared cache', async () => {
    const listed = async (token?: string) => (await send(site.app, 'tools/list', {}, { token })).json().result
    const [without, withToken] = [await listed(), await listed(token)]
    const namesOf = ({ tools }: { tools: { name: string }[] }) => tools.map(({ name }) => name)
    expect(namesOf(withToken)).toEqual([...namesOf(without), 'my_digest', 'why', 'propose_topic_change'])
    expect([without.cacheScope, withToken.cacheScope]).toEqual(['public', 'private'])
    expect(await listed(token)).toEqual(withToken)
  })

  test.each([
    ['my_digest', {}],
    ['why', { id: PAPER }],
    ['propose_topic_change', { query: 'robots' }],
  ])('%s without a token asks for one', async (name, input) => {
    expect((await callTool(site.app, name, input)).fault.error).toBe('mcp.needs-token')
  })
})

describe('`my_digest`', () => {
  test('returns the newest digest by topic, with reasons and the topics', async () => {
    const { result } = await call('my_digest')
    expect(result).toMatchObject({ date: '2026-11-24', outcome: 'planned' })
    const [section] = result.sections
    expect(section).toMatchObject({ topic: 'attention', kind: 'match' })
    expect(section.papers[0].reason).toContain('attention')
    expect(result.topics).toEqual(
      (await topicRows()).map(({ id, name, query }) => ({ id, name, query: query.text })),
    )
  })

  test('returns the digest of a date, or a code without one', async () => {
    expect((await call('my_digest', { date: '2026-11-24' })).result.date).toBe('2026-11-24')
    expect((await call('my_digest', { date: '2026-11-20' })).fault.error).toBe('mcp.no-digest')
    await site.db.message.deleteMany()
    await site.db.digest.deleteMany()
    expect((await call('my_digest')).fault.error).toBe('mcp.no-digest-yet')
  })
})

describe('`why`', () => {
  test('says for each topic why a paper matches or what it lacks, and which digest had it', async () => {
    const { result } = await call('why', { id: PAPER })
    expect(result.paper.id).toBe(PAPER)
    expect(result.topics).toMatchObject([
      { name: 'attention', matches: true, reason: expect.stringContaining('attention'), missing: [] },
      { name: 'rag', matches: false, reason: null, missing: ['rag'] },
    ])
    expect(result.digest).toEqual({ date: '2026-11-24', reason: expect.stringContaining('attention') })
  })

  test('finds the digest and its reason under the id that a paper had before it was merged', async () => {
    const keys = [arxivKey(PAPER), { scheme: 'doi', value: '10.1000/182' } as const]
    const records = [sampleRecord({ title: 'One paper', abstract: 'About attention.', keys })]
    const papers = await site.db.paper.count()
    await recordListings(site.db, { source: 'huggingface', day: '2026-11-24', records, now: NOW })
    expect(await site.db.paper.count()).toBe(papers - 1)
    const { result } = await call('why', { id: PAPER })
    expect(result.digest).toEqual({ date: '2026-11-24', reason: expect.stringContaining('attention') })
  })

  test('names what a topic excludes, and reads a paper for 20 topics', async () => {
    const { id } = await site.db.subscriber.findFirstOrThrow()
    const topics = Array.from({ length: 20 }, (_, i) => `attention -recall -word${i}`)
    await setTopics(site.db, { subscriberId: id, topics: topics.map((query) => ({ name: query, query })) })
    const { result } = await call('why', { id: PAPER })
    expect(result.topics).toHaveLength(20)
    expect(result.topics[0]).toMatchObject({ matches: false, unwanted: [expect.stringContaining('recall')] })
  })

  test.each([
    [{ id: '2507.99999' }, 'paper.not-here'],
    [{ id: 'what?' }, 'paper.unknown'],
    [{}, 'request.wrong-type'],
  ])('refuses %j with a code', async (input, code) => {
    expect((await call('why', input)).fault.error).toBe(code)
  })
})

describe('`propose_topic_change`', () => {
  const pathIn = ({ link }: { link: string }) => link.replace('http://localhost:3000', '')

  test('returns a link whose page shows both queries, and neither changes anything', async () => {
    const before = await checksums(site.db)
    const { result } = await call('propose_topic_change', {
      topic: await firstTopic(),
      query: 'attention -systematic',
    })
    expect(result.topic).toMatchObject({ query: 'attention' })
    const { statusCode, body, headers } = await get(site, pathIn(result))
    expect([statusCode, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(body).toContain('attention -systematic')
    await site.db.bucket.deleteMany()
    await site.db.agentToken.updateMany({ data: { lastUsed: null } })
    expect(await checksums(site.db)).toEqual(before)
  })

  test('its page has no link that could change something', async () => {
    const { result } = await call('propose_topic_change', { topic: await firstTopic(), query: 'rag papers' })
    const { body } = await get(site, pathIn(result))
    expect(body).not.toMatch(/\/manage\/[\w-]{20,}/)
    expect(body).not.toContain(EMAIL)
  })

  test('its button emails the link of the page that decides, and changes no topic', async () => {
    const topic = await firstTopic()
    const { result } = await call('propose_topic_change', { topic, query: 'attention -systematic' })
    const pressed = await post(site, pathIn(result))
    expect([pressed.statusCode, pressed.headers.location]).toEqual([303, `${pathIn(result)}?mailed=yes`])
    expect((await topicRows())[0]!.query.text).toBe('attention')
    const { text } = await mailed(site, 'manage-link', EMAIL)
    const link = text.match(/http:\/\/localhost:3000(\/manage\/\S+)/)![1]!
    expect(link).toContain(`/topics/${topic}?query=attention+-systematic`)
    const decides = await get(site, link)
    expect(decides.body).toContain('attention -systematic')
    const saved = await post(site, link.replace(/\?.*/, ''), { do: 'change', query: 'attention -systematic' })
    expect([saved.statusCode, (await topicRows())[0]!.query.text]).toEqual([303, 'attention -systematic'])
  })

  test('a new topic leads to the page that adds one', async () => {
    const { result } = await call('propose_topic_change', { query: 'author:"Dustin Wang"', name: 'Wang' })
    expect(result.topic).toBeNull()
    await post(site, pathIn(result))
    const { text } = await mailed(site, 'manage-link', EMAIL)
    expect(text).toContain('as=new&name=Wang')
  })

  test('two emails a day, then the page says so', async () => {
    const { result } = await call('propose_topic_change', { topic: await firstTopic(), query: 'rag papers' })
    const said = []
    for (let i = 0; i < 3; i++)
      said.push(String((await post(site, pathIn(result))).headers.location).slice(-3))
    expect(said).toEqual(['yes', 'yes', '=no'])
    expect(await site.db.message.count({ where: { kind: 'manage-link' } })).toBe(2)
  })

  test('the link ends with the token, the topic, and after a week', async () => {
    const proposed = async () => {
      const input = { topic: await firstTopic(), query: 'attention -systematic' }
      return pathIn((await call('propose_topic_change', input)).result)
    }
    const link = await proposed()
    const statusOf = async (link: string) => (await get(site, link)).statusCode
    expect(await statusOf(link)).toBe(200)
    site.clock.moveTo(new Date(NOW.getTime() + 7 * 86_400_000))
    expect(await statusOf(link)).toBe(410)
    site.clock.moveTo(NOW)
    const [row] = await tokenRows(site)
    await post(site, `${path}/agents/revoke`, { id: row!.id })
    expect([await statusOf(link), (await post(site, link)).statusCode]).toEqual([410, 410])
    const { statusCode, body } = await get(site, '/proposals/nonsense')
    expect([statusCode, /data-code="([^"]+)"/.exec(body)?.[1]]).toEqual([410, 'mcp.proposal-ended'])
    token = (await makeToken(site, path)).token
    const other = await proposed()
    await site.db.topic.deleteMany()
    expect(await statusOf(other)).toBe(410)
  })

  test.each([
    [{ topic: 0, query: 'a b' }, 'request.wrong-type'],
    [{ topic: 2 ** 31 - 1, query: 'robots' }, 'mcp.no-topic'],
    [{ query: '"open' }, 'query.quote-open'],
    [{ query: 'rag' }, 'topic.exists'],
    [{ query: 'robots; dogs' }, 'topic.several'],
    [{ query: 'robots', name: 7 }, 'request.wrong-type'],
    [{ query: `robots OR ${'very long words '.repeat(30)}` }, 'mcp.long-proposal'],
  ])('refuses %j with a code', async (input, code) => {
    expect((await call('propose_topic_change', input)).fault.error).toBe(code)
  })

  test('refuses the query that the topic has, and a topic of someone without any', async () => {
    const same = { topic: await firstTopic(), query: ' attention ' }
    expect((await call('propose_topic_change', same)).fault.error).toBe('mcp.same-topic')
    await site.db.topic.deleteMany()
    expect((await call('propose_topic_change', { query: 'robots' })).fault.error).toBe('mcp.no-topics')
  })
})

test('each result says beside its JSON that the texts of papers are untrusted', async () => {
  for (const [name, input] of [
    ['my_digest', {}],
    ['why', { id: PAPER }],
    ['papers_of_day', {}],
  ] as const) {
    const { result } = (await send(site.app, 'tools/call', { name, arguments: input }, { token })).json()
    expect(JSON.parse(result.content[0].text)).toEqual(result.structuredContent)
    expect(result.content[1].text).toContain('untrusted')
  }
})
