import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { ingestDue } from '../../../src/papers/ingest.ts'
import { papersListedOn } from '../../../src/papers/paper.repo.ts'
import { DAY, useHuggingFace } from '../../support/hugging-face-world.ts'
import { five } from '../../support/json-server.ts'
import { recordedDay } from '../../support/recorded-days.ts'
import { noTestData, testData } from '../../support/test-data.ts'

const world = useHuggingFace()

test('a new installation fetches two weeks: today, then the oldest first', async () => {
  await world.due()
  const asked = world.server.requests.map(({ path }) => /date=([\d-]+)/.exec(path)?.[1])
  const [today, ...others] = [...new Set(asked)]
  expect(today).toBe(DAY)
  expect(others).toEqual(others.toSorted())
  const days = await world.sourceDays()
  expect(days).toHaveLength(15)
  expect(days.at(-1)).toMatchObject({ day: DAY, state: 'fresh', closedAt: null })
  expect(days.filter(({ closedAt }) => closedAt)).toHaveLength(14)
  expect(days.find(({ day }) => day === '2026-08-09')).toMatchObject({ state: 'quiet', reason: 'weekend' })
})

test('a fetched source is not fetched again until the next hour', async () => {
  await world.due()
  world.server.requests.length = 0
  await world.due()
  expect(world.server.requests).toEqual([])
  world.moveTo(`${DAY}T08:00:00Z`)
  await world.due()
  expect(world.server.requests.every(({ path }) => path.includes(DAY))).toBe(true)
  expect(world.server.requests.length).toBeGreaterThan(0)
})

test('a source that fails does not delay the others, and is fetched again', async () => {
  world.server.troubles.push(...five({ kind: 'html' }))
  await world.due()
  const failed = (await world.sourceDays()).filter(({ state }) => state === 'failed')
  expect(failed).toMatchObject([{ day: DAY, lastFault: 'source.not-json' }])
  expect(world.logged.filter(([event]) => event === 'source.failed')).toMatchObject([
    ['source.failed', { day: DAY, code: 'source.not-json' }],
  ])
  world.moveTo(`${DAY}T07:05:00Z`)
  await world.due()
  expect((await world.sourceDays()).filter(({ state }) => state === 'failed')).toEqual([])
})

test('if the service does not respond, or asks to wait, its other days are not fetched now', async () => {
  world.server.troubles.push({ kind: 'rate-limited', headers: { 'retry-after': '3600' } })
  await world.due()
  expect(world.server.requests).toHaveLength(1)
  expect(await world.sourceDays()).toMatchObject([
    { day: DAY, state: 'failed', lastFault: 'source.rate-limited' },
  ])
  world.server.requests.length = 0
  await world.due()
  // The host throttle is closed for the next fetch; the state of the day stays.
  expect(world.server.requests).toEqual([])
  expect(world.logged.at(-1)).toMatchObject(['source.held', { code: 'source.held' }])
})

test('a service that does not respond delays no other', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  const settings = { ARXIV_RSS_URL: url, ARXIV_OAI_URL: url, ARXIV_API_URL: url, HF_URL: world.server.url }
  const config = readConfig({ ...settings, SOURCES: 'arxiv:cs.CL,huggingface' })
  await ingestDue(
    { ...world.deps, config },
    { wait: async () => {}, fetchPolicy: { gapMs: 0, timeoutMs: 500 } },
  )
  const days = await world.sourceDays()
  expect(days.filter(({ source }) => source === 'huggingface')).toHaveLength(15)
  expect(days.filter(({ source }) => source === 'arxiv:cs.CL')).toMatchObject([
    { lastFault: 'source.unreachable' },
  ])
  silent.closeAllConnections()
  silent.close()
})

test('after a stop the missed days are fetched', async ({ skip }) => {
  if (!testData('huggingface')) skip(noTestData('huggingface'))
  await world.due()
  world.moveTo('2026-08-20T09:00:00Z')
  world.server.requests.length = 0
  await world.due()
  const days = await world.sourceDays()
  expect(days.filter(({ day, closedAt }) => day < '2026-08-20' && !closedAt)).toEqual([])
  expect(days.at(-1)?.day).toBe('2026-08-20')
  expect(await papersListedOn(world.db, '2026-08-19')).toHaveLength(recordedDay('daily', '2026-08-19').length)
})

test('two processes at once fetch each day once', async () => {
  await Promise.all([world.due(), world.due()])
  const first = world.server.requests.filter(({ path }) => path.endsWith('p=0'))
  expect(first).toHaveLength(15)
})
