import { afterEach, test } from 'vitest'
import { silentLog } from '../../../src/platform/log.ts'
import { openQueue, prepareQueue } from '../../../src/platform/queue.ts'
import { useDatabase } from '../../support/database.ts'
import { startDatabaseProxy } from '../../support/database-proxy.ts'
import { eventually } from '../../support/until.ts'

const database = useDatabase()
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

test('a queue whose connections never answer again takes nudges on new ones', async () => {
  await prepareQueue(database.url, silentLog)
  const proxy = await startDatabaseProxy(database.url)
  const queue = await openQueue(proxy.url, silentLog, { quietMs: 200 })
  cleanups.push(proxy.close, queue.stop)
  let worked = 0
  await queue.onNudge('plan', async () => void worked++)
  await queue.nudge('plan')
  await eventually(() => worked === 1)
  proxy.swallow()
  // Each connection that lies in the pool has to be found out.
  await eventually(async () => {
    await queue.nudge('plan')
    return true
  })
  await eventually(() => worked > 1)
})
