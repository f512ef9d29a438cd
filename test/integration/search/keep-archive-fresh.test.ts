import { afterEach, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import type { Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { keepArchiveFresh } from '../../../src/search/keep-archive-fresh.ts'
import { openAvailableArchive } from '../../../src/search/open-archive.ts'
import { useDatabase } from '../../support/database.ts'
import { addPapers } from '../../support/site-papers.ts'
import { eventually } from '../../support/until.ts'

const database = useDatabase()

const deps = (log = silentLog): Deps => ({
  config: readConfig({}),
  clock: stoppedClock(new Date('2026-11-24T18:00:00Z')),
  features: FEATURES,
  log,
  db: database.db,
  databaseUrl: database.url,
})

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of cleanups.splice(0)) await stop()
})

test('new papers are read before a request needs them', async () => {
  const { index } = await openAvailableArchive(deps())
  cleanups.push(keepArchiveFresh(deps(), 20).stop)
  expect(index.size).toBe(0)
  await addPapers(database.db, ['2026-11-23'])
  await eventually(() => index.size === 2)
  await addPapers(database.db, ['2026-11-24'])
  await eventually(() => index.size === 6)
})

test('a database that is down is logged, and queried again', async () => {
  const warned: string[] = []
  const log = { ...silentLog, warn: (event: string) => void warned.push(event) }
  const broken = () => {
    throw new Error('away')
  }
  const away = { ...deps(log), db: new Proxy(database.db, { get: broken }) }
  const { stop } = keepArchiveFresh(away, 10)
  cleanups.push(stop)
  await eventually(() => warned.length > 2)
  expect(warned[0]).toBe('archive.unread')
})
