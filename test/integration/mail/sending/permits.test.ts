import { beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../../../src/config/config.ts'
import { stoppedClock } from '../../../../src/core/clock.ts'
import { openPermits } from '../../../../src/mail/sending/permits.ts'
import { emptyTables, useDatabase } from '../../../support/database.ts'
import { NOW } from '../../../support/messages.ts'

const database = useDatabase()
beforeEach(() => emptyTables(database.db))

const batch = {
  ...{ id: 1, owner: 'ada', domain: 'y.example', open: 0 },
  ...{ exhausted: false, lost: false, stalled: false, validUntil: 0 },
}
const slowDown = () => database.db.$executeRaw`
  insert into bucket (key, tokens, at, slowed_to, slowed_at) values ('send domain y.example', 3, now(), 0.6, now())`

function permitsWith(environment: Record<string, string> = {}) {
  let elapsed = 0
  const deps = { db: database.db, config: readConfig(environment), clock: stoppedClock(NOW) }
  const permits = openPermits({ ...deps, elapsedMs: () => elapsed }, 'bulk')
  return { permits, passes: (ms: number) => (elapsed += ms) }
}

test('a send rate that another process stores applies after a second, and an own one at once', async () => {
  const { permits, passes } = permitsWith()
  expect(await permits.acquire(batch, 50)).toBe(50)
  await slowDown()
  passes(999)
  expect(await permits.acquire(batch, 50)).toBe(50)
  passes(1)
  expect(await permits.acquire(batch, 50)).toBe(3)
  await database.db.bucket.deleteMany()
  permits.refresh()
  expect(await permits.acquire(batch, 50)).toBe(50)
})

test('a send rate of the settings applies from the first email', async () => {
  const { permits } = permitsWith({ DOMAIN_RATE: 'y.example=2' })
  expect(await permits.acquire(batch, 50)).toBe(10)
  expect(await permits.acquire(batch, 50)).toBe(0)
})
