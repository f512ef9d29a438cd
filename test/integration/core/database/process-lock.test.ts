import { expect, test, vi } from 'vitest'
import {
  countRunningProcesses,
  holdProcessLock,
  keepProcessLock,
} from '../../../../src/core/database/process-lock.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { useDatabase } from '../../../support/database.ts'
import { startDatabaseProxy } from '../../../support/database-proxy.ts'

const database = useDatabase()
const count = () => countRunningProcesses(database.db)

test('a process counts from when it holds the lock until it stops', async () => {
  const locks = await Promise.all([1, 2].map(() => holdProcessLock(database.url, silentLog)))
  expect(await count()).toBe(2)
  await locks[0]!.stop()
  await expect.poll(count).toBe(1)
  await locks[1]!.stop()
  await expect.poll(count).toBe(0)
})

test('a lock whose connection ends no longer counts and calls onLost, unlike one that stops', async () => {
  const proxy = await startDatabaseProxy(database.url)
  const [onLost, onStopped] = [vi.fn(), vi.fn()]
  await holdProcessLock(proxy.url, silentLog, onLost)
  const stopped = await holdProcessLock(database.url, silentLog, onStopped)
  await stopped.stop()
  proxy.cut('end')
  await expect.poll(count).toBe(0)
  expect(onLost).toHaveBeenCalledOnce()
  expect(onStopped).not.toHaveBeenCalled()
  await proxy.close()
})

test('`keepProcessLock` takes the lock again after its connection ended, and not after `stop`', async () => {
  const proxy = await startDatabaseProxy(database.url)
  const prepare = vi.fn(async () => {})
  prepare.mockRejectedValueOnce(new Error('not yet'))
  const lock = await keepProcessLock(proxy.url, silentLog, { retryMs: 20, prepare })
  expect(await count()).toBe(1)
  proxy.cut('end')
  await expect.poll(proxy.count).toBe(2)
  await expect.poll(count).toBe(1)
  expect(prepare).toHaveBeenCalledTimes(2)
  await lock.stop()
  await expect.poll(count).toBe(0)
  expect(proxy.count()).toBe(2)
  await proxy.close()
})
