import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../../src/core/database/database.ts'
import { Fault } from '../../../src/core/errors.ts'
import { silentLog } from '../../../src/core/log.ts'
import { createFetchClient, type FetchClientOptions } from '../../../src/sources/fetch-client.ts'
import type { SourceResponse } from '../../../src/sources/source.ts'
import { useDatabase } from '../../support/database.ts'
import { passTimeInSendRates } from '../../support/pass-time-in-send-rates.ts'
import { takeSourcePermit } from '../../support/source-permits.ts'

type Reply = (response: ServerResponse, request: IncomingMessage) => unknown

const database = useDatabase()
let other: OpenDatabase
let url: string
/** What the next questions get, one each; "fine" after them. */
const replies: Reply[] = []
let asked: { at: number; answeredAt?: number; headers: IncomingMessage['headers'] }[] = []
let waits: number[] = []

const server = createServer((request, response) => {
  const question: (typeof asked)[number] = { at: performance.now(), headers: request.headers }
  asked.push(question)
  response.on('close', () => {
    question.answeredAt = performance.now()
  })
  Promise.resolve((replies.shift() ?? fine)(response, request)).catch(() => response.destroy())
})

beforeAll(async () => {
  other = openDatabase(database.url, silentLog)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await other.close()
})
beforeEach(async () => {
  replies.length = 0
  asked = []
  waits = []
  await database.db.bucket.deleteMany()
})

const fine: Reply = (response) => response.end('fine')
const status =
  (code: number, headers: Record<string, string> = {}): Reply =>
  (response) =>
    response.writeHead(code, headers).end('on purpose')

const FETCH_POLICY = {
  service: 'slowpoke',
  gapMs: 60,
  timeoutMs: 5000,
  maxBytes: 10_000,
  defaultPauseSeconds: 30,
  maxPauseMs: 600_000,
}

interface More extends Partial<Omit<FetchClientOptions, 'fetchPolicy'>> {
  fetchPolicy?: Partial<FetchClientOptions['fetchPolicy']>
}

const opened = ({ fetchPolicy, ...more }: More = {}) =>
  createFetchClient({
    db: database.db,
    log: silentLog,
    source: 'slowpoke:all',
    day: '2026-08-14',
    fetchPolicy: { ...FETCH_POLICY, ...fetchPolicy },
    contact: 'operator@papers.example',
    wait: passTime,
    ...more,
  })

/** Waits by moving the clock of the host throttle forward, so that no test sleeps. */
async function passTime(ms: number): Promise<void> {
  waits.push(ms)
  await passTimeInSendRates(database.db, ms / 1000)
}

const bodyOf = ({ body }: SourceResponse) => body
const ask = (more?: More) => opened(more).request({ url, accept: 'text/plain' }, bodyOf)

/** For how long the host throttle is still closed. */
const shutFor = async () => {
  const [row] = await database.db.$queryRaw<{ ms: number }[]>`
    select extract(epoch from held_until - clock_timestamp())::float8 * 1000 as ms from bucket`
  return Math.floor(row?.ms ?? 0) // stored values are rounded to a millisecond
}

test('a request names the contact and what it accepts, and its response is returned unchanged', async () => {
  replies.push((response) =>
    response
      .writeHead(404, { 'content-type': 'text/plain; charset=iso-8859-1', 'x-said': 'yes' })
      .end(Buffer.from('Poincaré', 'latin1')),
  )
  const { request: ask, requestCount } = opened()
  const answer = await ask({ url, accept: 'text/plain' }, (answer) => answer)
  expect(answer).toMatchObject({ status: 404, body: 'Poincaré' })
  expect(answer.headers.get('x-said')).toBe('yes')
  expect(asked[0]?.headers).toMatchObject({
    accept: 'text/plain',
    'user-agent': 'daily-papers (operator@papers.example)',
  })
  expect(requestCount()).toBe(1)
})

describe('the host throttle', () => {
  test('allows one request at a time over two connections, with a pause after each response', async () => {
    const slow: Reply = async (response) => {
      await sleep(30)
      response.end('fine')
    }
    replies.push(...Array.from({ length: 8 }, () => slow))
    let longest = 0
    const wait = async (ms: number) => {
      longest = Math.max(longest, ms)
      await sleep(ms)
    }
    const four = async ({ request: ask }: ReturnType<typeof opened>) => {
      for (let n = 0; n < 4; n++) await ask({ url, accept: '*/*' }, bodyOf)
    }
    await Promise.all([four(opened({ wait })), four(opened({ wait, db: other.db }))])
    expect(asked).toHaveLength(8)
    const rests = asked.slice(1).map(({ at }, n) => at - asked[n]!.answeredAt!)
    expect(Math.min(...rests)).toBeGreaterThan(FETCH_POLICY.gapMs - 5)
    // No test sleeps for the longest time for which another process may hold the lock.
    expect(longest).toBeLessThanOrEqual(FETCH_POLICY.gapMs)
  })

  test('does not delay requests to a service without a gap', async () => {
    const slow: Reply = async (response) => {
      await expect.poll(() => asked.length).toBe(3)
      response.end('fine')
    }
    replies.push(slow, slow, slow)
    const fetchPolicy = { gapMs: 0 }
    await Promise.all([ask({ fetchPolicy }), ask({ fetchPolicy }), ask({ fetchPolicy, db: other.db })])
    expect(await database.db.bucket.count()).toBe(0)
  })

  test('ends the lock of a dead process once its response could no longer arrive', async () => {
    await takeSourcePermit(database.db, 'slowpoke', { holder: 'dead', holdMs: 60_000 })
    const began = performance.now()
    expect(await ask()).toBe('fine')
    // A thousand looks take real time too, and the database counts it.
    const tookMs = performance.now() - began
    expect(waits.reduce((sum, ms) => sum + ms, 0) + tookMs).toBeGreaterThan(55_000)
  })

  test('is locked for little longer than a response may take', async () => {
    let ms = 0
    replies.push(async (response) => {
      ms = await shutFor()
      response.end('fine')
    })
    await ask()
    expect(ms).toBeGreaterThan(FETCH_POLICY.timeoutMs)
    expect(ms).toBeLessThanOrEqual(FETCH_POLICY.timeoutMs + 5000)
  })

  test('opens again after an unreadable response', async () => {
    const asking = opened().request({ url, accept: '*/*' }, () => {
      throw new Error('an error in our code')
    })
    await expect(asking).rejects.toThrow('an error in our code')
    expect(await shutFor()).toBeLessThanOrEqual(FETCH_POLICY.gapMs)
    expect(asked).toHaveLength(1)
  })

  test('is not locked by a caller that stops while it waits', async () => {
    await takeSourcePermit(database.db, 'slowpoke', { holder: 'another', holdMs: 60_000 })
    const stopping = new AbortController()
    const wait = async () => {
      await passTime(60_000)
      stopping.abort(new Error('we stop'))
    }
    await expect(ask({ wait, signal: stopping.signal })).rejects.toThrow('we stop')
    await sleep(50)
    expect(await database.db.bucket.findMany()).toMatchObject([{ holder: 'another' }])
    expect(asked).toEqual([])
  })
})

describe('a service that asks for a pause', () => {
  test.each<[string, Reply, number]>([
    ['429 with Retry-After', status(429, { 'retry-after': '3600' }), 3600],
    ['503 with Retry-After', status(503, { 'retry-after': '1800' }), 1800],
    ['429 without sense', status(429, { 'retry-after': '99999999999' }), 21_600],
  ])('%s: gets no request for that long', async (_what, reply, seconds) => {
    replies.push(reply)
    await expect(ask()).rejects.toMatchObject({
      code: 'source.rate-limited',
      values: { source: 'slowpoke:all', day: '2026-08-14', seconds },
    })
    const shut = await shutFor()
    expect(shut).toBeGreaterThan(seconds * 1000 - 5000)
    expect(shut).toBeLessThanOrEqual(seconds * 1000)

    const held = opened({ db: other.db })
    const fault = await held.request({ url, accept: '*/*' }, bodyOf).catch((error: Fault) => error)
    expect(fault).toMatchObject({ code: 'source.held', values: { day: '2026-08-14' } })
    expect((fault as Fault).values.seconds).toBeGreaterThan(seconds - 10)
    expect(held.requestCount()).toBe(0)
    expect(asked).toHaveLength(1)
    expect(waits).toEqual([])
  })

  test.each<[string, Reply, number]>([
    ['for a minute', status(429, { 'retry-after': '60' }), 60_000],
    ['without saying how long', status(429), 30_000],
    ['with 503 for a moment', status(503, { 'retry-after': '2' }), 2000],
  ])('%s is waited for', async (_what, reply, ms) => {
    replies.push(reply)
    expect(await ask()).toBe('fine')
    expect(waits[0]).toBe(ms)
    expect(asked).toHaveLength(2)
  })
})

describe('problems', () => {
  const faultOf = (more?: More) => expect(ask(more)).rejects
  test('that pass are retried with a growing delay; each request counts', async () => {
    replies.push(status(500), status(502), status(503), status(504))
    const { request: ask, requestCount } = opened({ fetchPolicy: { gapMs: 0 } })
    expect(await ask({ url, accept: '*/*' }, bodyOf)).toBe('fine')
    expect(waits).toEqual([1000, 2000, 4000, 8000])
    expect(requestCount()).toBe(5)
  })

  test('that last end after five requests', async () => {
    replies.push(...Array.from({ length: 9 }, () => status(502)))
    await faultOf({ fetchPolicy: { gapMs: 0 } }).toMatchObject({
      code: 'source.failing',
      values: { status: 502 },
    })
    expect(asked).toHaveLength(5)
  })

  test.each([
    ['source.not-xml', 5],
    ['source.refused', 1],
  ] as const)('a response that the reader refuses with %s is requested %d times', async (code, times) => {
    const asking = opened({ fetchPolicy: { gapMs: 0 } }).request({ url, accept: '*/*' }, () => {
      throw new Fault(code, { source: 'slowpoke' })
    })
    await expect(asking).rejects.toMatchObject({ code })
    expect(asked).toHaveLength(times)
  })

  test('an endless response is dropped, with its connection', async () => {
    let sent = 0
    const part = Buffer.alloc(64_000, 'a')
    replies.push(async (response) => {
      const closed = once(response, 'close')
      while (!response.destroyed && sent < 1_000_000_000) {
        sent += part.length
        if (!response.write(part)) await Promise.race([once(response, 'drain'), closed])
      }
    })
    await faultOf().toMatchObject({ code: 'source.too-large', values: { status: 200, most: 10_000 } })
    await expect.poll(() => asked[0]?.answeredAt).toBeGreaterThan(0)
    expect(sent).toBeLessThan(50_000_000)
    expect(asked).toHaveLength(1)
  })

  test('a small response that decompresses to a huge one takes no memory', async () => {
    const packed = gzipSync(Buffer.alloc(200_000_000))
    replies.push((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed))
    const before = process.memoryUsage().arrayBuffers
    await faultOf().toMatchObject({ code: 'source.too-large' })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000)
  })

  test.each<[string, Reply]>([
    ['before the headers', (_response, request) => request.socket.destroy()],
    [
      'in the middle of the headers',
      (_response, request) => request.socket.end('HTTP/1.1 200 OK\r\ncontent-type: text/pl'),
    ],
    [
      'in the middle of the body, with a reset',
      (response, request) => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('half', () => request.socket.resetAndDestroy())
      },
    ],
    ['before the last batch', (response) => response.write('half', () => response.destroy())],
    [
      'with something else than gzip',
      (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('fine'),
    ],
  ])('a connection that ends %s is not a response, and the request is retried', async (_what, reply) => {
    replies.push(reply)
    expect(await ask({ fetchPolicy: { gapMs: 0 } })).toBe('fine')
    replies.push(...Array.from({ length: 5 }, () => reply))
    await faultOf({ fetchPolicy: { gapMs: 0 } }).toMatchObject({ code: 'source.unreachable' })
    expect(asked).toHaveLength(7)
    expect(waits).toEqual([1000, 1000, 2000, 4000, 8000])
  })

  test('trickling headers do not count as a response', async () => {
    const trickle: Reply = async (_response, { socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      for (let n = 0; !socket.destroyed; n++) {
        socket.write(`x-${n}: a\r\n`)
        await sleep(20)
      }
    }
    replies.push(...Array.from({ length: 5 }, () => trickle))
    await faultOf({ fetchPolicy: { timeoutMs: 150 } }).toMatchObject({ code: 'source.unreachable' })
    expect(asked).toHaveLength(5)
  })

  test('a response of exactly the maximum size is read', async () => {
    replies.push((response) => response.end('a'.repeat(10_000)))
    expect(await ask()).toHaveLength(10_000)
  })

  test('a trickling body does not count as a response', async () => {
    const trickle: Reply = async (response) => {
      while (!response.destroyed) {
        response.write('a')
        await sleep(20)
      }
    }
    replies.push(...Array.from({ length: 5 }, () => trickle))
    await faultOf({ fetchPolicy: { timeoutMs: 150 } }).toMatchObject({
      code: 'source.unreachable',
      values: { what: 'nothing whole within 0.15 s' },
    })
    expect(asked).toHaveLength(5)
  })
})
