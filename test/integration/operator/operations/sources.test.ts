import { beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { stoppedClock } from '../../../../src/core/clock.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { FEATURES } from '../../../../src/features/index.ts'
import {
  recordFailedFetch,
  recordImport,
  recordSuccessfulFetch,
} from '../../../../src/sources/source-day.repo.ts'
import { runCommand } from '../../../support/commands.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'
import { NOW } from '../../../support/site.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

function run(...options: string[]) {
  const deps = {
    config: readConfig({}),
    clock: stoppedClock(NOW),
    features: FEATURES,
    log: silentLog,
    db: database.db,
    databaseUrl: database.url,
  }
  return runCommand(deps, ['sources', 'status', ...options])
}

const huggingface = 'huggingface'
const at = (time: string) => new Date(`2026-11-24T${time}:00Z`)

/** Yesterday closed with papers; today failed twice, and is retried in a quarter of an hour. */
async function addDays(): Promise<void> {
  await recordSuccessfulFetch(database.db, {
    source: huggingface,
    day: '2026-11-10',
    papers: 4,
    now: at('06:00'),
  })
  const yesterday = { source: huggingface, day: '2026-11-23', papers: 31, requests: 2 }
  await recordSuccessfulFetch(database.db, { ...yesterday, now: at('06:30') })
  for (const time of ['11:30', '11:50']) {
    await recordFailedFetch(database.db, {
      source: huggingface,
      day: '2026-11-24',
      now: at(time),
      fault: 'source.failing',
      status: 502,
      requests: 5,
    })
  }
}

test('`sources` prints the state of each source, its last papers, its last response, and its next request', async () => {
  await addDays()
  const { json, text } = await run()
  expect(json).toEqual([
    {
      source: huggingface,
      state: 'failed',
      reason: null,
      newestFetch: at('06:30').toISOString(),
      nextTry: at('12:05').toISOString(),
      days: [
        expect.objectContaining({ day: '2026-11-24', state: 'failed', failures: 2, lastStatus: 502 }),
        expect.objectContaining({
          day: '2026-11-23',
          state: 'fresh',
          papers: 31,
          closedAt: at('06:30').toISOString(),
        }),
      ],
    },
  ])
  expect(text.split('\n')).toEqual([
    'huggingface: failed today',
    'Papers last fetched 2026-11-24 06:30 UTC. Next try 2026-11-24 12:05 UTC.',
    'day         state   papers  fetched      asked  then',
    '2026-11-24  failed  0                    10     next 11-24 12:05',
    '            error response (502), 2 times',
    '2026-11-23  fresh   31      11-24 06:30  2      closed 11-24 06:30',
  ])
})

test('`sources` prints the reason of a day’s state, and late papers, in a terminal of 100 columns', async () => {
  const fetched = (day: string, more: Partial<Parameters<typeof recordSuccessfulFetch>[1]>) =>
    recordSuccessfulFetch(database.db, {
      source: huggingface,
      day,
      papers: 0,
      requests: 2,
      now: NOW,
      ...more,
    })
  await fetched('2026-11-24', { reason: 'repeated' })
  await fetched('2026-11-23', { papers: 29 })
  await fetched('2026-11-23', { papers: 31 })
  await fetched('2026-11-22', {})
  await fetched('2026-11-20', {})
  await fetched('2026-11-19', { papers: 5, reason: 'made-up' })
  await fetched('2026-11-18', { reason: 'repeated' })
  const { text } = await run()
  expect(text.split('\n')).toEqual([
    'huggingface: stalled today (same list as another day)',
    'Papers last fetched 2026-11-24 12:00 UTC. Next try 2026-11-24 13:00 UTC.',
    'day         state                              papers       fetched      asked  then',
    '2026-11-24  stalled: same list as another day  0            11-24 12:00  2      next 11-24 13:00',
    '2026-11-23  fresh                              31 (2 late)  11-24 12:00  4      closed 11-24 12:00',
    '2026-11-22  quiet: weekend                     0            11-24 12:00  2      closed 11-24 12:00',
    '2026-11-20  quiet: no papers                   0            11-24 12:00  2      closed 11-24 12:00',
    '2026-11-19  fresh: filled in from the archive  5            11-24 12:00  2      closed 11-24 12:00',
    '2026-11-18  stalled: same list as another day  0            11-24 12:00  2      closed 11-24 12:00',
  ])
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(100)
})

test('`sources` has no next try for a day that became too old while the service was stopped', async () => {
  const now = new Date('2026-10-30T08:00:00Z')
  await recordSuccessfulFetch(database.db, { source: huggingface, day: '2026-10-29', papers: 31, now })
  expect((await run()).json).toMatchObject([{ newestFetch: now.toISOString(), nextTry: null }])
})

test('`sources` lists a configured source without requests, and one with imported papers only', async () => {
  expect((await run()).text).toBe(
    'huggingface: waiting today\nPapers were never fetched. No day is open.\nNo data for these days.',
  )
  await recordImport(database.db, { source: 'import', day: '2026-11-24', papers: 2, now: at('09:00') })
  expect((await run()).json).toMatchObject([{ source: huggingface }, { source: 'import', state: 'fresh' }])
})

test('`sources` prints the requested number of days, and refuses an invalid number', async () => {
  await addDays()
  expect((await run('--days', '15')).json).toMatchObject([{ days: [{}, {}, { day: '2026-11-10' }] }])
  expect((await run('--days', '1')).json).toMatchObject([
    { newestFetch: at('06:30').toISOString(), days: [{ day: '2026-11-24' }] },
  ])
  for (const days of ['0', '61', 'x', '1.5']) {
    await expect(run('--days', days)).rejects.toThrow(`--days "${days}": use a whole number from 1 to 60`)
  }
})

test('`sources` names the papers that the database rejected, below their day', async () => {
  const rejected = ['arxiv:2611.00001', 'A title', 'doi:10.1/a', 'four', 'five', 'six', 'seven']
  await recordSuccessfulFetch(database.db, {
    source: huggingface,
    day: '2026-11-23',
    papers: 2,
    rejected,
    now: at('06:30'),
  })
  const { json, text } = await run()
  expect(json).toMatchObject([{ days: [{ day: '2026-11-23', rejected }] }])
  expect(text).toContain(
    '\n            7 papers rejected by the database: arxiv:2611.00001, A title, doi:10.1/a, four, five, and 2 more',
  )
})
