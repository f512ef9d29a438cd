import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { Fault } from '../../../src/core/errors.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { widestNetworkOf } from '../../../src/limits/rate-limit.ts'
import { forVisitor, forVisitorIfFree, type Searcher } from '../../../src/search/for-visitor.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'
import { heldSearchThread } from '../../support/held-search-thread.ts'
import * as jobs from '../service/jobs-for-tests.ts'

const database = useDatabase()
const clock = stoppedClock(new Date('2026-11-24T12:00:00Z'))
let thread = heldSearchThread(() => deps())
beforeEach(async () => {
  thread = heldSearchThread(() => deps())
  await emptyTables(database.db)
})
afterEach(() => thread.release())

const deps = (): Deps => ({
  config: readConfig({}),
  clock,
  features: FEATURES,
  log: silentLog,
  searchThread: thread,
  db: database.db,
  databaseUrl: database.url,
})

const IP = '203.0.113.9'

const from = (ip: string, socket: Searcher['socket'] = new EventEmitter()) => ({ ip, socket })

/** A search with one job that takes so many milliseconds. */
function search(ms = 0, ip = IP, socket?: Searcher['socket']) {
  thread.spentMs = ms
  return forVisitor(deps(), from(ip, socket), (deps) => jobs.echo(deps, 'found'))
}

/** The code and values with which a search is refused. */
const refusal = (searching: Promise<unknown>) =>
  searching.catch((error) => (error instanceof Fault ? [error.code, error.values] : error))

const tokensOf = async (prefix: string) =>
  (await database.db.bucket.findFirstOrThrow({ where: { key: `search ${prefix}` } })).tokens
const left = () => tokensOf(`${IP}/32`)

/** A job of a network runs, and as many more of it wait. */
function hold(ip: string, waiting = 0) {
  for (let n = 0; n <= waiting; n++) thread.hold(widestNetworkOf(ip))
}

describe('a search costs', () => {
  test('one permit of 120 before it runs, and one more for each 50 ms after it', async () => {
    const before: number[] = []
    await forVisitor(deps(), from(IP), async (deps) => {
      before.push(await left())
      thread.spentMs = 70
      await jobs.echo(deps, 1)
      thread.spentMs = 90
      await jobs.echo(deps, 2)
    })
    expect(before).toEqual([119])
    // It fills again meanwhile, and is never fuller than 120.
    const rest = await left()
    expect([rest >= 116, rest < 117]).toEqual([true, true])
    expect(await tokensOf('203.0.113.0/24')).toBeGreaterThan(355)
  })

  test('permits of its own address and no other, which has to wait after a search of seconds', async () => {
    await search(8000)
    expect(await refusal(search())).toEqual([
      'rate.too-many',
      expect.objectContaining({ seconds: expect.any(Number) }),
    ])
    expect(await search(0, '203.0.113.10')).toBe('found')
  })

  test('permits for its time until it failed', async () => {
    thread.spentMs = 1000
    await expect(forVisitor(deps(), from(IP), (deps) => jobs.failFields(deps, null))).rejects.toThrow()
    expect(await left()).toBeLessThan(101)
  })

  test('nothing if it is refused', async () => {
    await search()
    hold(IP, 8)
    const before = await left()
    expect(await refusal(search())).toEqual(['rate.at-once', { seconds: 5 }])
    expect(await left()).toBeGreaterThanOrEqual(before)
  })

  test('permits for its first job if its second one is refused', async () => {
    const second = forVisitor(deps(), from(IP), async (deps) => {
      thread.spentMs = 1000
      await jobs.echo(deps, 1)
      hold(IP, 8)
      await jobs.echo(deps, 2)
    })
    expect(await refusal(second)).toEqual(['rate.at-once', { seconds: 5 }])
    expect(await left()).toBeLessThan(101)
  })
})

describe('a search is refused', () => {
  const gone = () => Object.assign(new EventEmitter(), { destroyed: true })

  test('if eight searches of its network already wait, from any of its addresses', async () => {
    hold('2001:db8:1:1::1', 8)
    expect(await refusal(search(0, '2001:db8:1:ff02::1'))).toEqual(['rate.at-once', { seconds: 5 }])
    const other = search(0, '203.0.113.1')
    await thread.release()
    expect(await other).toBe('found')
  })

  test('if searches of a hundred networks wait', async () => {
    for (let n = 0; n <= 100; n++) hold(`198.51.${n}.1`)
    expect(await refusal(search())).toEqual(['search.busy', { seconds: 5 }])
  })

  test('after the longest wait', async () => {
    hold('198.51.100.1')
    const late = forVisitor(deps(), from(IP), (deps) => jobs.echo(deps, 1), 10)
    expect(await refusal(late)).toEqual(['search.busy', { seconds: 5 }])
  })

  test('if its client disconnects while it waits, or did so before', async () => {
    hold('198.51.100.1')
    const socket = new EventEmitter()
    const waiting = search(0, IP, socket)
    await expect.poll(() => thread.waiting).toBe(1)
    socket.emit('close')
    expect(await refusal(waiting)).toEqual(['search.busy', { seconds: 5 }])
    expect(await refusal(search(0, IP, gone()))).toEqual(['search.busy', { seconds: 5 }])
    expect(thread.waiting).toBe(0)
    expect(socket.listenerCount('close')).toBe(0)
  })
})

describe('an optional part', () => {
  const optional = () =>
    forVisitorIfFree(deps(), from(IP), 'left out', (deps) => jobs.echo(deps, 'found') as Promise<string>)

  test('is computed if the thread is free', async () => {
    expect(await optional()).toBe('found')
  })

  test('is left out if its network, or everyone, has too many searches', async () => {
    hold(IP, 8)
    expect(await optional()).toBe('left out')
    await thread.release()
    for (let n = 0; n <= 100; n++) hold(`198.51.${n}.1`)
    expect(await optional()).toBe('left out')
  })

  test('is left out if it waits too long, or takes too long', async () => {
    hold('198.51.100.1')
    expect(await optional()).toBe('left out')
    await thread.release()
    const slow = forVisitorIfFree(deps(), from(IP), 'left out', async (deps) => {
      await jobs.pause(deps, 2500)
      return 'found'
    })
    expect(await slow).toBe('left out')
  })

  test('throws the error of its work', async () => {
    const failing = forVisitorIfFree(deps(), from(IP), null, (deps) => jobs.failFields(deps, null))
    await expect(failing).rejects.toMatchObject({ code: 'query.empty' })
  })
})
