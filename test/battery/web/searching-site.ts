// The site behind a proxy, listening, with a search thread: searching-site.ts DATABASE_URL. Sends its port, and for each
// message how busy it was since the last one; ends when its parent disconnects.

import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { readConfig } from '../../../src/config/config.ts'
import { openDatabase } from '../../../src/core/database/database.ts'
import { clockOf, type ServiceDeps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { buildServer, REQUEST_LIMITS } from '../../../src/web/server.ts'
import { startMeter } from './silence.ts'
import { startSearchThread } from './start-search-thread.ts'

/** In milliseconds. */
export interface Busy {
  /** CPU time of all threads. */
  cpuMs: number
  /** Event loop delay of the main thread. */
  delayMs: { p999: number; max: number }
  /** The longest that nothing else ran in the main thread, in CPU time. */
  silentMs: number
}

const RESOLUTION_MS = 10

const [databaseUrl = ''] = process.argv.slice(2)
const { db } = openDatabase(databaseUrl, silentLog, { connections: 10 })
const queue = { nudge: async () => {}, onNudge: async () => {}, stop: async () => {} }
const { config, clockBeganAt, searchThread } = startSearchThread({
  ...readConfig({ TRUST_PROXY: '127.0.0.1' }),
  DATABASE_URL: databaseUrl,
})
const clock = clockOf(config, clockBeganAt)
const deps: ServiceDeps = {
  config,
  clock,
  features: FEATURES,
  log: silentLog,
  searchThread,
  db,
  databaseUrl,
  queue,
}
const app = buildServer(deps, REQUEST_LIMITS, { checkEveryMs: 1000 })
await app.listen({ host: '127.0.0.1', port: 0 })

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delay.enable()
const meter = startMeter()
let before = process.cpuUsage()
process.on('message', () => {
  const { user, system } = process.cpuUsage(before)
  const ms = (ns: number) => Math.max(0, ns / 1e6 - RESOLUTION_MS)
  const delayMs = { p999: ms(delay.percentile(99.9)), max: ms(delay.max) }
  process.send!({ cpuMs: (user + system) / 1000, delayMs, silentMs: meter.take() } satisfies Busy)
  before = process.cpuUsage()
  delay.reset()
})
process.once('disconnect', () => process.exit())
process.send!((app.server.address() as AddressInfo).port)
