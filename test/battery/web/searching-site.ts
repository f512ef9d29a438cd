// The site behind a proxy, listening, with a search thread: searching-site.ts DATABASE_URL. Sends its port, and for each
// message how busy it was since the last one; ends when its parent disconnects.

import type { AddressInfo } from 'node:net'
import { readConfig } from '../../../src/config/config.ts'
import { openDatabase } from '../../../src/core/database/database.ts'
import { clockOf, type ServiceDeps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { buildServer, REQUEST_LIMITS } from '../../../src/web/server.ts'
import { startSiteMeter } from './site-meter.ts'
import { startSearchThread } from './start-search-thread.ts'

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

const takeBusy = startSiteMeter(app.server)
process.on('message', () => process.send!(takeBusy()))
process.once('disconnect', () => process.exit())
process.send!((app.server.address() as AddressInfo).port)
