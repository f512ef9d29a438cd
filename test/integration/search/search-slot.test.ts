import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { Fault } from '../../../src/core/errors.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { type Searcher, withOptionalSearchSlot, withSearchSlot } from '../../../src/search/search-slot.ts'
import type { Spend } from '../../../src/search/yield-to-event-loop.ts'
import { emptyTables, useDatabase } from '../../support/database.ts'

const database = useDatabase()
const clock = stoppedClock(new Date('2026-11-24T12:00:00Z'))
beforeEach(() => emptyTables(database.db))

const deps = () => ({
  config: readConfig({}),
  clock,
  features: FEATURES,
  log: silentLog,
  db: database.db,
  databaseUrl: database.url,
})

const from = (ip: string, socket: Searcher['socket'] = new EventEmitter()) => ({ ip, socket })

const search = (work: (spend: Spend) => Promise<unknown>, ip = '203.0.113.9', queries = ['attention']) =>
  withSearchSlot(deps(), from(ip), queries, work)

const tokensOf = async (prefix: string) =>
  (await database.db.bucket.findFirstOrThrow({ where: { key: `search ${prefix}` } })).tokens
const left = () => tokensOf('203.0.113.9/32')

describe('the cost', () => {
  test('is one of 120, and one more for each 50 ms that it took', async () => {
    await search(async () => {})
    expect(await left()).toBe(119)
    await search(async (spend) => {
      spend(30)
      spend(90)
    })
    // It fills again meanwhile, and is never fuller than 120.
    const rest = await left()
    expect([rest >= 116, rest <= 117]).toEqual([true, true])
    expect(await tokensOf('203.0.113.0/24')).toBeGreaterThan(355)
  })

  test('is charged by the length of the queries before the work, and corrected after it', async () => {
    const before: number[] = []
    const queries = Array.from({ length: 20 }, () => 'long '.repeat(200))
    await search(async () => void before.push(await left()), undefined, queries)
    await search(async () => void before.push(await left()), undefined, queries.slice(0, 3))
    expect(before[0]).toBe(80)
    // It fills again meanwhile.
    expect([before[1]! >= 109, before[1]! <= 110]).toEqual([true, true])
    expect(await left()).toBeGreaterThanOrEqual(118)
  })

  test('of one that took seconds delays its own address, and no other', async () => {
    await search(async (spend) => spend(8000))
    await expect(search(async () => {})).rejects.toMatchObject({
      code: 'rate.too-many',
      values: { seconds: expect.any(Number) },
    })
    await search(async () => {}, '203.0.113.10')
  })

  test('of one that fails is what it took until then', async () => {
    const failing = search(async (spend) => {
      spend(1000)
      throw new Fault('page.not-found')
    })
    await expect(failing).rejects.toMatchObject({ code: 'page.not-found' })
    expect(await left()).toBeLessThan(101)
  })
})

describe('slots', () => {
  /** Holds a slot until it is released. */
  const held = async (ip: string) => {
    let release = () => {}
    let done: Promise<unknown> = Promise.resolve()
    await new Promise<void>((started) => {
      done = search(() => {
        started()
        return new Promise<void>((resolve) => {
          release = resolve
        })
      }, ip)
    })
    return async () => {
      release()
      await done
    }
  }
  const gone = Object.assign(new EventEmitter(), { destroyed: true })
  /** The code with which a search is refused that does not wait. */
  const refusal = (ip: string) =>
    withSearchSlot(deps(), from(ip, gone), [], async () => 'found').catch(({ code, values }) => [
      code,
      values,
    ])

  test('two for one network, however many of its addresses ask, and four in all', async () => {
    const ips = ['2001:db8:1:1::1', '2001:db8:1:ff02::1', '203.0.113.1']
    const holders = []
    for (const ip of ips) holders.push(await held(ip))
    expect(await refusal('2001:db8:1:7::1')).toEqual(['rate.at-once', { seconds: 5 }])
    expect(await refusal('203.0.113.2')).toBe('found')
    holders.push(await held('203.0.113.3'))
    expect(await refusal('203.0.113.2')).toEqual(['rate.at-once', { seconds: 5 }])
    expect(await refusal('198.51.100.1')).toEqual(['search.busy', { seconds: 5 }])
    const part = { queries: [], fallback: 'left out' }
    expect(await withOptionalSearchSlot(deps(), from('198.51.100.1'), part, async () => 'found')).toBe(
      'left out',
    )
    await holders.pop()!()
    expect(await refusal('198.51.100.1')).toBe('found')
    for (const release of holders) await release()
  })

  test('a refused search costs nothing', async () => {
    const holders = [await held('203.0.113.9'), await held('203.0.113.9')]
    const before = await left()
    expect(await refusal('203.0.113.9')).toEqual(['rate.at-once', { seconds: 5 }])
    expect(await left()).toBe(before)
    for (const release of holders) await release()
  })
})
