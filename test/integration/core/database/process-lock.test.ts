import { afterEach, test } from 'vitest'
import { countRunningProcesses, holdProcessLock } from '../../../../src/core/database/process-lock.ts'
import { silentLog } from '../../../../src/core/log.ts'
import { useDatabase } from '../../../support/database.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../../../support/database-proxy.ts'
import { eventually } from '../../../support/until.ts'

const database = useDatabase()
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function running(beatMs: number): Promise<DatabaseProxy> {
  const proxy = await startDatabaseProxy(database.url)
  const options = { watchdog: { silenceMs: 400 }, retryAfterMs: 50, heartbeatMs: beatMs }
  const said = await holdProcessLock(proxy.url, silentLog, options)
  cleanups.push(proxy.close, said.stop)
  // The server may still be ending the connections of the test before.
  await eventually(async () => (await countRunningProcesses(database.db)) === 1)
  return proxy
}

test('a lost connection whose successor is black-holed: the lock is taken again once there is a route', async () => {
  const proxy = await running(60_000)
  proxy.treatNew('black-hole')
  proxy.cut('end')
  await eventually(() => proxy.count() > 1)
  proxy.treatNew('pass')
  await eventually(async () => (await countRunningProcesses(database.db)) === 1)
})

test('a silent connection is detected, and the lock is taken on another one', async () => {
  const proxy = await running(50)
  proxy.swallow()
  await eventually(async () => (await countRunningProcesses(database.db)) === 2) // the server holds the silent one still
})
