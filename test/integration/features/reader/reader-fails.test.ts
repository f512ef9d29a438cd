import { describe, expect, test } from 'vitest'
import { gradeInTurn } from '../../../../src/features/reader/grade-papers.ts'
import { AUTOMOBILE, CAR, DAY, KEY, useReaderWorld } from './reader-world.ts'
import type { ReaderFailure } from './stand-in-reader.ts'

const world = useReaderWorld()

const reply = (value: unknown): ReaderFailure => ({ kind: 'text', text: JSON.stringify(value) })

describe('a digest is as it would be without the reader, if the reader', () => {
  const FAILURES: [string, ReaderFailure, code: string | null][] = [
    ['does not reply in time', { kind: 'hangs' }, 'reader.unreachable'],
    ['fails with 500', { kind: 'status', status: 500 }, 'reader.unreachable'],
    ['refuses the key', { kind: 'status', status: 401 }, 'reader.refused'],
    ['refuses each request as malformed', { kind: 'status', status: 400 }, 'reader.refused'],
    ['asks for patience', { kind: 'status', status: 429 }, 'reader.refused'],
    ['sends a page', { kind: 'body', body: '<h1>Back soon</h1>' }, null],
    ['sends JSON of another form', { kind: 'body', body: '{"choices": []}' }, null],
    ['sends a reply without end', { kind: 'body', body: 'x'.repeat(300_000) }, null],
    ['replies in prose', { kind: 'text', text: 'I would say ten.' }, null],
    ['grades another paper', reply({ paper: '1', grade: 10, reason: 'x' }), null],
    ['grades out of range', reply({ paper: '35', grade: 99, reason: 'x' }), null],
  ]
  test.each(FAILURES)('%s', async (_what, failure, code) => {
    await world.digests.addSubscriber('ann', { topics: ['car engine'] })
    world.reader.failure = failure
    const outcome = await world.grade(world.at(), 300).catch((error: { code: string }) => error.code)
    expect(outcome).toEqual(code ?? { asked: 2, graded: 0 })
    expect((await world.planned()).titles).toEqual([CAR, AUTOMOBILE])
    expect(JSON.stringify(world.digests.logged)).not.toContain(KEY)
  })

  test('is dead', async () => {
    await world.digests.addSubscriber('ann', { topics: ['car engine'] })
    const dead = world.at(undefined, { READER_URL: 'http://127.0.0.1:9/v1' })
    await expect(world.grade(dead)).rejects.toMatchObject({ code: 'reader.unreachable' })
    expect((await world.planned('ann', dead)).titles).toEqual([CAR, AUTOMOBILE])
  })

  test('sends its visitor elsewhere, who does not follow', async () => {
    await world.digests.addSubscriber('ann', { topics: ['car engine'] })
    world.reader.failure = { kind: 'redirect', to: `${world.reader.url}/other` }
    await expect(world.grade()).rejects.toMatchObject({ code: 'reader.unreachable' })
    expect(world.reader.requests.length).toBeLessThanOrEqual(4)
  })
})

test('a reply that is no grade is not asked for again, and a failure is', async () => {
  await world.digests.addSubscriber('ann', { topics: ['car engine'] })
  world.reader.failure = { kind: 'text', text: 'no' }
  await world.grade()
  world.reader.failure = undefined
  expect(await world.grade()).toEqual({ asked: 0, graded: 0 })
  await world.digests.db.readerGrade.deleteMany()
  world.reader.failure = { kind: 'status', status: 503 }
  await expect(world.grade()).rejects.toMatchObject({ code: 'reader.unreachable' })
  world.reader.failure = undefined
  expect(await world.grade()).toEqual({ asked: 2, graded: 2 })
})

test('a model none of whose replies is a grade is a fault', async () => {
  await world.digests.addSubscriber('ann', { topics: ['engine protein'] })
  world.reader.failure = { kind: 'text', text: 'no' }
  await expect(world.grade()).rejects.toMatchObject({ code: 'reader.unusable', values: { asked: 5 } })
})

test('one of several processes grades in a slot of five minutes, and none without READER_URL', async () => {
  await world.digests.addSubscriber('ann', { topics: ['car engine'] })
  const { signal } = new AbortController()
  await gradeInTurn({ ...world.digests.deps, clock: world.at().clock }, { signal })
  expect(world.reader.requests).toEqual([])
  const deps = world.at()
  await Promise.all([gradeInTurn(deps, { signal }), gradeInTurn(deps, { signal })])
  expect(world.reader.requests).toHaveLength(2)
  await world.digests.db.readerGrade.deleteMany()
  await gradeInTurn(world.at(`${DAY}T07:04:59Z`), { signal })
  expect(world.reader.requests).toHaveLength(2)
  await gradeInTurn(world.at(`${DAY}T07:05:00Z`), { signal })
  expect(world.reader.requests).toHaveLength(4)
})

test('a service that stops does not wait for the reader', async () => {
  await world.digests.addSubscriber('ann', { topics: ['car engine'] })
  world.reader.failure = { kind: 'hangs' }
  const stopping = new AbortController()
  const grading = gradeInTurn(world.at(), { signal: stopping.signal })
  await expect.poll(() => world.reader.requests.length).toBeGreaterThan(0)
  stopping.abort()
  await grading
})
