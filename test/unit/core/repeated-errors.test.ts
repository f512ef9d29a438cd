import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openLog } from '../../../src/core/log.ts'
import { openMetrics } from '../../../src/core/metrics.ts'

let lines: string[]
const written = () => lines.map((line) => JSON.parse(line)).map(({ what, repeated }) => [what, repeated])

beforeEach(() => {
  vi.useFakeTimers()
  lines = []
})
afterEach(() => void vi.useRealTimers())

const open = () => openLog('info', { write: (line) => lines.push(line) })
const pass = (seconds: number) => vi.advanceTimersByTime(seconds * 1000)

test('an error of the database that repeats is written at once, then every 30 s with how often it repeated', () => {
  const log = open()
  for (let second = 0; second < 70; second++) {
    log.error('queue.error', { what: 'no connection' })
    pass(1)
  }
  expect(written()).toEqual([
    ['no connection', undefined],
    ['no connection', 29],
    ['no connection', 30],
  ])
  pass(30)
  expect(written().at(-1)).toEqual(['no connection', 10])
  pass(300)
  expect(lines).toHaveLength(4)
  log.error('queue.error', { what: 'no connection' })
  expect(written().at(-1)).toEqual(['no connection', undefined])
})

test('errors with another text, and of other events, are written each time', () => {
  const log = open()
  for (const what of ['no connection', 'time-out', 'no connection']) log.error('database.error', { what })
  log.error('database.error', { what: 'time-out', message: 'm1' })
  for (let times = 0; times < 2; times++) log.error('nudge.failed', { what: 'no connection' })
  expect(written().map(([what]) => what)).toEqual([
    'no connection',
    'time-out',
    'time-out',
    'no connection',
    'no connection',
  ])
})

test('metrics count each repeated error', async () => {
  const metrics = openMetrics()
  const log = metrics.countingLog(open())
  for (let times = 0; times < 5; times++) log.error('queue.error', { what: 'no connection' })
  expect(await metrics.registry.metrics()).toContain('daily_papers_log_events_total{event="queue.error"} 5')
  expect(lines).toHaveLength(1)
})
