import { afterEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { systemClock } from '../../../src/core/clock.ts'
import type { Deps, SearchCaller } from '../../../src/core/deps.ts'
import { Fault, FieldFaults } from '../../../src/core/errors.ts'
import { silentLog } from '../../../src/core/log.ts'
import { openSearchThread, type RunningSearchThread } from '../../../src/service/search-thread.ts'
import { useDatabase } from '../../support/database.ts'
import { addPapers } from '../../support/site-papers.ts'
import * as jobs from './jobs-for-tests.ts'

const database = useDatabase()

let thread: RunningSearchThread | undefined
afterEach(async () => thread?.stop())

/** Deps whose jobs run in a new thread, as `turn` if that is given. */
function depsWithThread(options?: Parameters<typeof openSearchThread>[2]) {
  const config = { ...readConfig({}), DATABASE_URL: database.url }
  const settings = { config, clockBeganAt: new Date() }
  const opened = openSearchThread(settings, { count: () => {} }, options)
  thread = opened
  return (caller?: SearchCaller): Deps => ({
    config,
    clock: systemClock(),
    log: silentLog,
    db: database.db,
    databaseUrl: database.url,
    features: [],
    searchThread: { run: (job) => opened.run(job, caller) },
  })
}

const codeOf = (error: unknown): string => (error instanceof Fault ? error.code : String(error))

describe('a job in the search thread', () => {
  test('gets plain data and the database, and returns plain data', async () => {
    const deps = depsWithThread()()
    await addPapers(database.db, ['2026-11-23'])
    const data = { ids: new Set([1]), weights: new Map([['vla', 0.5]]), day: new Date(0) }
    expect(await jobs.echo(deps, data)).toEqual(data)
    expect(await jobs.countPapers(deps, null)).toBe(await database.db.paper.count())
  })

  test('throws a Fault with its code, values and sentences', async () => {
    const error = await jobs.failFields(depsWithThread()(), null).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(FieldFaults)
    expect(
      error.fields.map(({ field, fault }: FieldFaults['fields'][number]) => [field, fault.code]),
    ).toEqual([
      ['topic', 'query.empty'],
      ['hour', 'request.wrong-type'],
    ])
    expect(error.fields[1].fault.sentence).toBe(
      new Fault('request.wrong-type', { field: 'hour', takes: 'a number' }).sentence,
    )
  })

  test('runs in one thread, one job after the other', async () => {
    const deps = depsWithThread()()
    expect(await Promise.all([1, 2, 3].map(() => jobs.countRuns(deps, null)))).toEqual([1, 2, 3])
  })

  test('returns how long it took, for the rate limit', async () => {
    let spentMs = 0
    await jobs.compute(depsWithThread()({ onSpent: (ms) => (spentMs += ms) }), 60)
    expect(spentMs).toBeGreaterThan(0)
  })
})

describe('jobs of several networks', () => {
  test('alternate, also if one network sends many', async () => {
    const as = depsWithThread()
    const done: string[] = []
    const send = (network: string) => jobs.pause(as({ network }), 1).then(() => void done.push(network))
    await Promise.all([...['a', 'a', 'a', 'a', 'b', 'c'].map(send)])
    expect(done).toEqual(['a', 'a', 'b', 'c', 'a', 'a'])
  })

  test('are refused only for a network that sends too many', async () => {
    const as = depsWithThread()
    const many = Array.from({ length: 30 }, () =>
      jobs.pause(as({ network: 'a' }), 1).then(() => 'done', codeOf),
    )
    const other = jobs.pause(as({ network: 'b' }), 1).then(() => 'done', codeOf)
    expect(new Set(await Promise.all(many))).toEqual(new Set(['done', 'rate.at-once']))
    expect(await other).toBe('done')
  })

  test('alternate with those of the service, of which none is refused', async () => {
    const as = depsWithThread()
    const networks = Array.from({ length: 150 }, (_, i) =>
      jobs.pause(as({ network: `n${i}` }), 1).catch(codeOf),
    )
    const own = Array.from({ length: 30 }, () => jobs.pause(as(), 1).then(() => 'done', codeOf))
    expect(new Set(await Promise.all(own))).toEqual(new Set(['done']))
    expect(await Promise.all(networks)).toContain('search.busy')
  })

  test('leave the queue when their client is gone, or after the longest wait', async () => {
    const as = depsWithThread()
    const first = jobs.pause(as({ network: 'a' }), 200)
    const gone = jobs.pause(as({ network: 'b', signal: AbortSignal.abort() }), 1).catch(codeOf)
    const late = jobs.pause(as({ network: 'c', maxWaitMs: 1 }), 1).catch(codeOf)
    expect(await Promise.all([gone, late])).toEqual(['search.busy', 'search.busy'])
    await first
  })
})

describe('a job that takes too long', () => {
  test('ends at its deadline if it is for a visitor, and the thread continues', async () => {
    const as = depsWithThread({ maxJobMs: 100 })
    const visitor = as({ network: 'a' })
    expect(await jobs.countRuns(visitor, null)).toBe(1)
    expect(await jobs.compute(visitor, 60_000).catch(codeOf)).toBe('search.too-long')
    expect(await jobs.countRuns(visitor, null)).toBe(2)
  })

  test('has no deadline if it is for the service', async () => {
    const as = depsWithThread({ maxJobMs: 10 })
    expect(await jobs.compute(as(), 100).catch(codeOf)).toBeUndefined()
  })

  test('and no longer responds ends its thread; the next job has another', async () => {
    const deps = depsWithThread({ hungMs: 3000 })()
    expect(await jobs.countRuns(deps, null)).toBe(1)
    expect(await jobs.hang(deps, null).catch(codeOf)).toBe('search.too-long')
    expect(await jobs.countRuns(deps, null)).toBe(1)
  }, 30_000)

  test('or ends the thread fails, and the next job has another thread', async () => {
    const deps = depsWithThread()()
    expect(await jobs.countRuns(deps, null)).toBe(1)
    await expect(jobs.end(deps, null)).rejects.toThrow()
    expect(await jobs.countRuns(deps, null)).toBe(1)
  })
})
