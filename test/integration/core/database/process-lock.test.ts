import { expect, test, vi } from 'vitest'
import { countRunningProcesses, holdProcessLock } from '../../../../src/core/database/process-lock.ts'
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
