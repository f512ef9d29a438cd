// The site behind a proxy, listening: library-site.ts DATABASE_URL. Sends its port, and what it computed since the last
// message whenever it gets one.

import type { AddressInfo } from 'node:net'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { openDatabase } from '../../../src/core/database/database.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { readWholeArchive } from '../../../src/search/open-archive.ts'
import { buildServer, REQUEST_LIMITS } from '../../../src/web/server.ts'
import { computedMs } from '../../support/computed-ms.ts'
import { NOON } from './seed.ts'
import { startMeter } from './silence.ts'

/** In milliseconds of CPU time. */
export interface Computed {
  allMs: number
  /** The longest that nothing else ran. */
  silentMs: number
}

const [databaseUrl = ''] = process.argv.slice(2)
const { db } = openDatabase(databaseUrl, silentLog, { connections: 10 })
const queue = { nudge: async () => {}, onNudge: async () => {}, stop: async () => {} }
const config = readConfig({ DATABASE_URL: databaseUrl, TRUST_PROXY: '127.0.0.1' })
const deps = { config, clock: stoppedClock(NOON), features: FEATURES, log: silentLog, db, databaseUrl, queue }
const app = buildServer(deps, REQUEST_LIMITS, { checkEveryMs: 1000 })
await readWholeArchive(deps)
await app.listen({ host: '127.0.0.1', port: 0 })
const meter = startMeter()
let last = computedMs()
process.on('message', () => {
  const now = computedMs()
  process.send!({ allMs: now - last, silentMs: meter.take() } satisfies Computed)
  last = now
})
process.send!((app.server.address() as AddressInfo).port)
