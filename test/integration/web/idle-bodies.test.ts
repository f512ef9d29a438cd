import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { errorsOn } from '../../support/page-text.ts'
import { replied, statusOf, useRawClients } from '../../support/raw-clients.ts'
import { useSite } from '../../support/site.ts'

const site = useSite({ TRUST_PROXY: '127.0.0.1' })
const { client, beginPost, ask, beginMany } = useRawClients(site)

const ipOf = (n: number): string => `198.51.${n % 30}.${1 + Math.floor(n / 30)}`

describe('300 idle bodies from 30 networks', () => {
  test('do not block pages, searches, sign-ups or the API', async () => {
    await beginMany(
      '/subscribe',
      Array.from({ length: 300 }, (_, n) => ipOf(n)),
    )
    const statuses = {
      page: (await ask('GET', '/subscribe', '203.0.113.1')).status,
      search: (await ask('GET', '/papers?q=linear', '203.0.113.2')).status,
      feed: (await ask('GET', '/feed.xml?q=linear', '203.0.113.3')).status,
      api: (await ask('GET', '/api/papers', '203.0.113.4')).status,
      preview: (await ask('POST', '/preview', '203.0.113.5', { topic: 'linear' })).status,
      signup: (await ask('POST', '/subscribe', '203.0.113.6', { email: 'ann@example.com' })).status,
      sameNetwork: (await ask('POST', '/subscribe', ipOf(0), { email: 'eve@example.com' })).status,
    }
    expect(statuses).toEqual({
      ...{ page: 200, search: 200, feed: 200, api: 200, preview: 200, signup: 303 },
      sameNetwork: 303,
    })
  })

  test('do not block a body that arrives slowly', async () => {
    const ips = Array.from({ length: 300 }, (_, n) => ipOf(n))
    await beginMany('/subscribe', ips.slice(0, 150))
    const body = `email=ann%40example.com&topic=${'a'.repeat(200)}`
    const slow = await beginPost({ path: '/subscribe', ip: '203.0.113.9', length: body.length })
    slow.socket.write(body.slice(0, 100))
    const others = beginMany('/subscribe', ips.slice(150))
    for (let at = 100; at < body.length; at += 10) {
      slow.socket.write(body.slice(at, at + 10))
      await sleep(10)
    }
    await others
    await replied(slow)
    expect(statusOf(slow)).toBe(303)
  })
})

test('the slowest bodies get 408, as a page or JSON', async () => {
  const person = await beginPost({ path: '/subscribe', ip: ipOf(0), length: 50_000 })
  const path = '/api/subscriptions'
  const program = await beginPost({ path, ip: ipOf(1), length: 50_000, accept: 'application/json' })
  await sleep(50)
  await beginMany(
    '/subscribe',
    Array.from({ length: 300 }, (_, n) => ipOf(n)),
  )
  await replied(person)
  await replied(program)
  expect(person.received).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n(?=[\s\S]*\r\nconnection: close\r\n)/i)
  expect(errorsOn(person.received)).toEqual(['request.too-slow'])
  expect(program.received).toMatch(/^HTTP\/1\.1 408 /)
  expect(JSON.parse(program.received.split('\r\n\r\n')[1]!)).toMatchObject({ error: 'request.too-slow' })
  await expect.poll(() => person.socket.closed && program.socket.closed).toBe(true)
})

/** As many as Node reads from a connection at once, so that it begins to respond to all of them. */
const pipelined = (path: string, count: number): string =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n`.repeat(count)

test('responses that a client does not read do not block its network', async () => {
  const one = await client()
  one.socket.pause()
  // The first responses fill all buffers of the connection, and the others stay behind them.
  one.socket.write(pipelined('/privacy', 800) + pipelined('/subscribe', 40))
  await expect.poll(() => one.socket.readableLength).toBeGreaterThan(0)
  await expect.poll(() => ask('GET', '/live', '203.0.113.1').then(({ status }) => status)).toBe(200)
  expect((await ask('GET', '/subscribe', '198.51.100.8')).status).toBe(200)
})
