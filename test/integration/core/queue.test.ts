import { afterEach, expect, test, vi } from 'vitest'
import { silentLog } from '../../../src/core/log.ts'
import { openQueue, prepareQueue } from '../../../src/core/queue.ts'
import { useDatabase } from '../../support/database.ts'
import { startDatabaseProxy } from '../../support/database-proxy.ts'
import { eventually } from '../../support/until.ts'

const database = useDatabase()
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

test('a queue whose connections stop responding takes nudges on new ones', async () => {
  await prepareQueue(database.url, silentLog)
  const proxy = await startDatabaseProxy(database.url)
  const queue = await openQueue(proxy.url, silentLog, 500)
  cleanups.push(proxy.close, queue.stop)
  let worked = 0
  await queue.onNudge('plan', async () => void worked++)
  await queue.nudge('plan')
  await expect.poll(() => worked).toBe(1)
  proxy.swallow()
  // Each connection in the pool has to be closed.
  await eventually(async () => {
    await queue.nudge('plan')
    return true
  })
  await expect.poll(() => worked).toBeGreaterThan(1)
})

test('a clock that goes back three hours during a nudge delays no nudge', async () => {
  await prepareQueue(database.url, silentLog)
  const queue = await openQueue(database.url, silentLog)
  cleanups.push(queue.stop, () => vi.useRealTimers())
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  let worked = 0
  await queue.onNudge('prune', async () => {
    if (++worked === 1) vi.setSystemTime(Date.now() - 3 * 3600 * 1000)
  })
  await queue.nudge('prune')
  await expect.poll(() => worked).toBe(1)
  await queue.nudge('prune')
  await expect.poll(() => worked, { timeout: 5000 }).toBe(2)
})
