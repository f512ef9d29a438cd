import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { silentLog } from '../../../src/core/log.ts'
import { createFetchClient } from '../../../src/sources/fetch-client.ts'
import { useDatabase } from '../../support/database.ts'

// A redirect is followed only on its own host, each step as a request of its own.

const database = useDatabase()
let url: string
/** What each path leads to; "fine" where it leads nowhere. */
let leads: Record<string, { status: number; location?: string }>
let asked: { path: string; userAgent?: string; key?: string; holder: string | null }[]
let waits: number[]

const server = createServer(async ({ url: path = '', headers }, response) => {
  const gate = await database.db.bucket.findFirst()
  asked.push({
    path,
    userAgent: headers['user-agent'],
    key: headers.authorization,
    holder: gate?.holder ?? null,
  })
  const lead = leads[path]
  if (!lead) return response.end('fine')
  response.writeHead(lead.status, lead.location === undefined ? {} : { location: lead.location })
  response.end('elsewhere')
})

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(async () => {
  leads = {}
  asked = []
  waits = []
  await database.db.bucket.deleteMany()
})

const opened = (gapMs = 60, followsTo?: () => Promise<boolean>) =>
  createFetchClient({
    db: database.db,
    log: silentLog,
    source: 'slowpoke:all',
    day: '2026-08-14',
    fetchPolicy: {
      service: 'slowpoke',
      gapMs,
      timeoutMs: 5000,
      maxBytes: 10_000,
      defaultPauseSeconds: 30,
      maxPauseMs: 600_000,
      ...(followsTo && { followsTo }),
    },
    contact: 'operator@papers.example',
    key: 'secret',
    wait: async (ms) => {
      waits.push(ms)
      await database.db.$executeRaw`update bucket set held_until = null`
    },
  })

const refusedWith = (status: number) => ({
  code: 'source.refused',
  values: { source: 'slowpoke:all', day: '2026-08-14', status },
})

test.each([301, 302, 303, 307, 308])('a redirect with %i on the same host is followed', async (status) => {
  leads['/a'] = { status, location: '/b?c=d' }
  leads['/b?c=d'] = { status, location: `${url}/e` }
  const { request, requestCount } = opened()
  const answer = await request({ url: `${url}/a`, accept: '*/*' }, ({ body, status }) => [body, status])
  expect(answer).toEqual(['fine', 200])
  expect(asked.map(({ path }) => path)).toEqual(['/a', '/b?c=d', '/e'])
  expect(requestCount()).toBe(3)
})

test('each redirect passes the host throttle by itself', async () => {
  leads['/a'] = { status: 301, location: '/b' }
  await opened().request({ url: `${url}/a`, accept: '*/*' }, () => 1)
  const holders = asked.map(({ holder }) => holder)
  expect(holders).not.toContain(null)
  expect(new Set(holders).size).toBe(2)
  expect(waits).toHaveLength(1)
})

test('three steps are followed, a fourth is not', async () => {
  for (const [from, to] of ['ab', 'bc', 'cd']) leads[`/${from}`] = { status: 302, location: `/${to}` }
  const { request, requestCount } = opened(0)
  const question = { url: `${url}/a`, accept: '*/*' }
  expect(await request(question, ({ body }) => body)).toBe('fine')
  leads['/d'] = { status: 307, location: '/e' }
  await expect(request(question, () => 1)).rejects.toMatchObject(refusedWith(307))
  expect(requestCount()).toBe(8)
})

test.each([
  ['another host', () => 'http://localhost:1/'],
  ['another port of the same host', () => 'http://127.0.0.1:1/'],
  ['the same host by another name', () => url.replace('127.0.0.1', 'localhost')],
  ['a host in our words', () => '//papers.example/a'],
  ['a login', () => url.replace('//', '//user:secret@')],
  ['another scheme', () => 'ftp://127.0.0.1/'],
  ['a file', () => 'file:///etc/passwd'],
  ['no address', () => 'http://'],
  ['nothing', () => undefined],
])('a redirect to %s is refused, and no request with the contact is sent there', async (_what, location) => {
  leads['/a'] = { status: 302, location: location() }
  const asking = opened().request({ url: `${url}/a`, accept: '*/*' }, () => 1)
  await expect(asking).rejects.toMatchObject(refusedWith(302))
  expect(asked.map(({ path }) => path)).toEqual(['/a'])
})

test('another host that may be followed learns neither the contact nor the key', async () => {
  leads['/a'] = { status: 302, location: `${url.replace('127.0.0.1', 'localhost')}/b` }
  leads['/b'] = { status: 302, location: '/c' }
  await opened(0, async () => true).request({ url: `${url}/a`, accept: '*/*' }, () => 1)
  expect(asked).toMatchObject([
    { path: '/a', userAgent: 'daily-papers (operator@papers.example)', key: 'Bearer secret' },
    { path: '/b', userAgent: 'daily-papers', key: undefined },
    { path: '/c', userAgent: 'daily-papers', key: undefined },
  ])
})

test('other responses are returned unchanged', async () => {
  leads['/a'] = { status: 304, location: '/b' }
  expect(await opened(0).request({ url: `${url}/a`, accept: '*/*' }, ({ status }) => status)).toBe(304)
})
