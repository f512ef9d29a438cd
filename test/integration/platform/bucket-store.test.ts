import { expect, test } from 'vitest'
import { forgetIdleBuckets, takePermits } from '../../../src/platform/rate-limit.ts'
import { useDatabase } from '../../support/database.ts'

const database = useDatabase()

test('a bucket that nobody asked for a day is forgotten, others stay', async () => {
  const kept = { key: 'kept', capacity: 1, perSecond: 0.001 }
  await takePermits(database.db, [kept, { ...kept, key: 'idle' }])
  await database.db.$executeRaw`update bucket set at = now() - interval '25 hours' where key = 'idle'`
  await forgetIdleBuckets(database.db)
  const keys = (await database.db.bucket.findMany()).map(({ key }) => key)
  expect(keys).toContain('kept')
  expect(keys).not.toContain('idle')
})
