import { EventEmitter, once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addSubscriber } from '../../../src/account/signup/add-subscriber.ts'
import { searchesWaiting, withSearchSlot } from '../../../src/search/search-slot.ts'
import { pathOf } from '../../support/mailed-links.ts'
import { get, post, textOf, useSite } from '../../support/site.ts'
import { addPapers } from '../../support/site-papers.ts'

const site = useSite()

/** Ends what a test holds. */
let releases: (() => void)[] = []
let done: Promise<unknown>[] = []
afterEach(async () => {
  for (const release of releases) release()
  await Promise.allSettled(done)
  releases = []
  done = []
})

/** Takes slots of this process, as slow searches of a network would. */
async function hold(ip: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++)
    await new Promise<void>((started) => {
      const work = () => {
        started()
        return new Promise<void>((resolve) => releases.push(resolve))
      }
      done.push(withSearchSlot(site.deps, { ip, socket: new EventEmitter() }, [], work))
    })
}

const TOPICS = ['linear attention', 'robots AND dogs']
const LONG_TOPIC = Array.from({ length: 200 }, (_, i) => `word${i}`).join(' OR ')
const typed = { email: 'ann@example.com', topic: TOPICS, hour: '7' }

interface Refused {
  name: string
  ask(): Promise<{ statusCode: number; headers: Record<string, unknown>; body: string }>
  /** What has to be in the answer. */
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

const SENTENCES = {
  429: 'Your network is already running other searches. Wait 5 seconds, then try again.',
  503: 'Many people are searching right now. Wait 5 seconds, then try again.',
}

describe.each([
  ['their own network has its slots in use', 429, () => hold('127.0.0.1', 2)],
  [
    'all slots are in use',
    503,
    async () => {
      await hold('203.0.113.1', 2)
      await hold('198.51.100.1', 2)
    },
  ],
] as const)('where %s', (_why, status, begin) => {
  beforeEach(begin)

  test(`people get ${status} with Retry-After, and nothing typed is lost`, async () => {
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

  test('the page of a refused preview says so where the browser scrolls to', async () => {
    const { body } = await post(site, '/preview', typed)
    expect(textOf(body.slice(body.indexOf('id="preview"')))).toContain(SENTENCES[status])
  }, 20_000)

  test('programs get JSON, and a live preview is replaced on the page', async () => {
    const live = { headers: { 'hx-request': 'true', 'content-type': 'application/x-www-form-urlencoded' } }
    const [json, api, papers, part] = await Promise.all([
      site.app.inject({ method: 'POST', url: '/preview', payload: { query: 'linear' } }),
      site.app.inject({ method: 'POST', url: '/api/preview', payload: { query: 'linear' } }),
      site.app.inject({ url: '/api/papers?q=linear' }),
      site.app.inject({ method: 'POST', url: '/preview', payload: 'topic=linear', ...live }),
    ])
    const error = status === 429 ? 'rate.at-once' : 'search.busy'
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

  test('what needs no search is served, and the form with topics without their descriptions', async () => {
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
  await hold('127.0.0.1', 2)
  const answers = Promise.all(Array.from({ length: 100 }, () => post(site, '/preview', typed)))
  await expect.poll(searchesWaiting).toBe(6)
  for (const release of releases) release()
  const all = await answers
  const found = all.filter(({ statusCode }) => statusCode === 200)
  const refused = all.filter(
    ({ statusCode, headers }) => statusCode === 429 && headers['retry-after'] === '5',
  )
  const kept = refused.filter(({ body }) => body.includes('ann@example.com'))
  expect([found.length, kept.length, refused.length]).toEqual([6, 34, 94])
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
    await hold('127.0.0.1', 2)
    const answered = once(send(method), 'response') as Promise<[IncomingMessage]>
    await expect.poll(searchesWaiting).toBe(1)
    releases.pop()!()
    const [response] = await answered
    response.resume()
    expect(response.statusCode).toBe(200)
  })

  test('a client that disconnects leaves the queue', async () => {
    const send = await sender()
    await hold('127.0.0.1', 2)
    const waiting = Array.from({ length: 6 }, () => send(method))
    await expect.poll(searchesWaiting).toBe(6)
    expect((await get(site, '/papers?q=linear')).statusCode).toBe(429)
    for (const one of waiting) one.destroy()
    await expect.poll(searchesWaiting).toBe(0)
  })
})

test('a step towards more close papers is offered without numbers when no search is possible', async () => {
  await addPapers(site.db)
  const email = 'ann@example.com'
  await addSubscriber(site.deps, { email, topics: ['attention'], consent: 'on paper' })
  const [topic, paper] = await Promise.all([
    site.db.topic.findFirstOrThrow(),
    site.db.paper.findFirstOrThrow(),
  ])
  const path = `${await pathOf(site, 'manage', email)}/topics/${topic.id}?paper=${paper.id}&step=more`
  expect(textOf((await get(site, path)).body)).toMatch(/\d+ papers .*would have come close/)
  await hold('127.0.0.1', 2)
  const { body } = await get(site, path)
  expect(textOf(body)).not.toMatch(/would have come close|as many .* as we can offer/)
  expect(body).toContain('name="to" value="1"')
})
