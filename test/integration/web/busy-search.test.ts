import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { fill, words } from '../../../src/i18n/words.ts'
import { widestNetworkOf } from '../../../src/limits/rate-limit.ts'
import { heldSearchThread } from '../../support/held-search-thread.ts'
import { pathOf } from '../../support/mailed-links.ts'
import { sentence } from '../../support/page-text.ts'
import { get, post, textOf, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const thread = heldSearchThread(() => site.deps)
const site = useSite({}, { searchThread: thread })
afterEach(() => thread.release())

/** A slow search of a network runs, or waits, and so do `waiting` more. */
function hold(ip: string, waiting = 0): void {
  for (let n = 0; n <= waiting; n++) thread.hold(widestNetworkOf(ip))
}

const TOPICS = ['linear attention', 'robots AND dogs']
/** How many papers a step would have brought. */
const COUNTS = new RegExp(
  [words.step.counts.other, words.step.same.other].map((text) => sentence(text).source).join('|'),
)
const LONG_TOPIC = Array.from({ length: 200 }, (_, i) => `word${i}`).join(' OR ')
const typed = { email: 'ann@example.com', topic: TOPICS, hour: '7' }

interface Refused {
  name: string
  ask(): Promise<{ statusCode: number; headers: Record<string, unknown>; body: string }>
  /** What the response must contain. */
  kept: string[]
}

const page: Refused[] = [
  { name: 'preview', ask: () => post(site, '/preview', typed), kept: ['ann@example.com', ...TOPICS] },
  {
    name: 'a sign-up with long topics',
    ask: () => post(site, '/subscribe', { ...typed, topic: [LONG_TOPIC] }),
    kept: ['ann@example.com', LONG_TOPIC],
  },
  { name: 'search', ask: () => get(site, '/papers?q=linear+attention'), kept: ['value="linear attention"'] },
  { name: 'feed', ask: () => get(site, '/feed.xml?q=linear'), kept: [] },
]

const CODES = { 429: 'rate.at-once', 503: 'search.busy' } as const
const SENTENCES = {
  429: fill(words.errors['rate.at-once'], { seconds: 5 }),
  503: fill(words.errors['search.busy'], { seconds: 5 }),
}

describe.each([
  ['eight searches of the same network wait', 429, () => hold('127.0.0.1', 8)],
  [
    'a search of each of a hundred networks waits',
    503,
    () => {
      for (let n = 0; n <= 100; n++) hold(`198.51.${n}.1`)
    },
  ],
] as const)('while %s', (_why, status, begin) => {
  beforeEach(begin)

  test(`a page gets ${status} with Retry-After and keeps all input`, async () => {
    site.logged.length = 0
    const answers = await Promise.all(page.map(({ ask }) => ask()))
    for (const [n, { statusCode, headers, body }] of answers.entries()) {
      const { name, kept } = page[n]!
      const text = body.replaceAll('&#39;', "'")
      expect({ name, statusCode, after: headers['retry-after'] }).toEqual({
        name,
        statusCode: status,
        after: '5',
      })
      expect([name, textOf(text)]).toEqual([name, expect.stringContaining(SENTENCES[status])])
      for (const part of kept) expect([name, text]).toEqual([name, expect.stringContaining(part)])
    }
    expect(site.logged.filter((line) => line.includes('request.failed'))).toEqual([])
  }, 20_000)

  test('a refused preview shows the reason where the browser scrolls to', async () => {
    const { body } = await post(site, '/preview', typed)
    expect(textOf(body.slice(body.indexOf('id="preview"')))).toContain(SENTENCES[status])
  }, 20_000)

  test('programs get JSON, and a live preview gets a part of the page', async () => {
    const live = { headers: { 'hx-request': 'true', 'content-type': 'application/x-www-form-urlencoded' } }
    const [json, api, papers, part] = await Promise.all([
      site.app.inject({ method: 'POST', url: '/preview', payload: { query: 'linear' } }),
      site.app.inject({ method: 'POST', url: '/api/preview', payload: { query: 'linear' } }),
      site.app.inject({ url: '/api/papers?q=linear' }),
      site.app.inject({ method: 'POST', url: '/preview', payload: 'topic=linear', ...live }),
    ])
    const error = CODES[status]
    for (const answer of [json, api, papers]) {
      expect({ status: answer.statusCode, ...answer.json() }).toEqual({
        status,
        error,
        message: SENTENCES[status],
      })
      expect(answer.headers['retry-after']).toBe('5')
    }
    expect([part.statusCode, part.body.includes('<html')]).toEqual([status, false])
    expect(textOf(part.body)).toContain(SENTENCES[status])
  }, 20_000)

  test('pages that need no search are served, and the form has topics without descriptions', async () => {
    for (const path of ['/', '/papers', '/feed.xml', '/status', '/subscribe'])
      expect([path, (await get(site, path)).statusCode]).toEqual([path, 200])
    const form = await get(site, '/subscribe?topic=linear+attention')
    expect(form.statusCode).toBe(200)
    expect(form.body).toContain('linear attention')
    expect((await post(site, '/subscribe', { email: 'ann@example.com', topic: 'linear' })).statusCode).toBe(
      303,
    )
  })
})

test('40 of a hundred requests from one network are read, and the others get a short page', async () => {
  hold('127.0.0.1')
  let answered = 0
  const send = () => post(site, '/preview', typed).finally(() => answered++)
  const answers = Promise.all(Array.from({ length: 100 }, send))
  // Those that wait are refused after four seconds.
  await expect.poll(() => [thread.waiting, answered], { timeout: 3000 }).toEqual([8, 92])
  await thread.release()
  const all = await answers
  const found = all.filter(({ statusCode }) => statusCode === 200)
  const refused = all.filter(
    ({ statusCode, headers }) => statusCode === 429 && headers['retry-after'] === '5',
  )
  const kept = refused.filter(({ body }) => body.includes('ann@example.com'))
  expect([found.length, kept.length, refused.length]).toEqual([8, 32, 92])
  // Each of them has ended: the next one is admitted.
  expect((await post(site, '/preview', typed)).statusCode).toBe(200)
})

/** Over a real socket: `inject` has none that closes. */
async function sender(): Promise<(method: 'GET' | 'POST') => ClientRequest> {
  if (!site.app.server.listening) await site.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = site.app.server.address() as { port: number }
  return (method) => {
    const isPost = method === 'POST'
    const headers = isPost ? { 'content-type': 'application/x-www-form-urlencoded' } : {}
    const path = isPost ? '/preview' : '/papers?q=linear'
    const asked = request({ port, host: '127.0.0.1', method, path, headers })
    asked.on('error', () => {})
    return asked.end(isPost ? 'topic=linear' : undefined)
  }
}

describe.each(['GET', 'POST'] as const)('%s over a connection', (method) => {
  test('waits for a slot, and then gets its response', async () => {
    const send = await sender()
    hold('127.0.0.1')
    const answered = once(send(method), 'response') as Promise<[IncomingMessage]>
    await expect.poll(() => thread.waiting).toBe(1)
    await thread.release()
    const [response] = await answered
    response.resume()
    expect(response.statusCode).toBe(200)
  })

  test('a client that disconnects leaves the queue', async () => {
    const send = await sender()
    hold('127.0.0.1')
    const waiting = Array.from({ length: 8 }, () => send(method))
    await expect.poll(() => thread.waiting).toBe(8)
    expect((await get(site, '/papers?q=linear')).statusCode).toBe(429)
    for (const one of waiting) one.destroy()
    await expect.poll(() => thread.waiting).toBe(0)
  })
})

test('a step to more close papers is offered without numbers while no search is possible', async () => {
  await addPapers(site.db)
  const email = 'ann@example.com'
  await addSubscriber(site.deps, { email, topics: ['attention'], consent: 'on paper' })
  const [topic, paper] = await Promise.all([
    site.db.topic.findFirstOrThrow(),
    site.db.paper.findFirstOrThrow(),
  ])
  const path = `${await pathOf(site, 'manage', email)}/topics/${topic.id}?paper=${paper.id}&step=more`
  expect(textOf((await get(site, path)).body)).toMatch(COUNTS)
  hold('127.0.0.1', 8)
  const { body } = await get(site, path)
  expect(textOf(body)).not.toMatch(COUNTS)
  expect(body).not.toContain(words.step.end.more)
  expect(body).toContain('name="to" value="1"')
  const { id: topicId, subscriberId } = topic
  await site.db.learnedTopic.create({ data: { topicId, subscriberId, step: 3 } })
  expect((await get(site, path)).body).toContain(words.step.end.more)
})

test('a list without its phrases and a search form without examples may not be cached', async () => {
  await addPapers(site.db)
  const paths = [
    '/',
    '/papers',
    '/papers/week/2026-W48',
    '/papers/month/2026-11?sort=newest',
    '/papers/trending',
  ]
  const caching = async (path: string) => {
    const { statusCode, headers } = await get(site, path)
    return { path, statusCode, caching: headers['cache-control'] }
  }
  hold('127.0.0.1', 8)
  for (const path of paths)
    expect(await caching(path)).toEqual({ path, statusCode: 200, caching: 'no-cache' })
  await thread.release()
  for (const path of paths)
    expect(await caching(path)).toEqual({ path, statusCode: 200, caching: 'public, max-age=60' })
  hold('127.0.0.1', 8)
  expect(await caching('/papers/month/2026-11?code=1&other=1')).toMatchObject({
    caching: 'public, max-age=60',
  })
})
