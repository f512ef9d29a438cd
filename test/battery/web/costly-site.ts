// The site with some thousand papers, asked for costly queries one after the other: costly-site.ts DATABASE_URL WORDS SEED.
// Its searches run in a search thread. Says how many milliseconds of processor time its main thread computed at once for
// each, on a processor that does the yardstick's work in its usual time: one that is shared may be half as fast.

import { readConfig } from '../../../src/config/config.ts'
import { openDatabase } from '../../../src/core/database/database.ts'
import { clockOf } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { buildServer } from '../../../src/web/server.ts'
import { computedMs } from '../../support/computed-ms.ts'
import { randomFrom } from '../bench/seeded-random.ts'
import { slowness } from '../bench/yardstick.ts'
import { type CostlyRequest, costlyRequests } from './costly-queries.ts'
import { startMeter } from './silence.ts'
import { startSearchThread } from './start-search-thread.ts'

/** What one request took. */
export interface Asked {
  name: string
  status: number
  /** The longest that the main thread did nothing else. */
  silentMs: number
  /** Of all threads. */
  allMs: number
}

const [databaseUrl = '', words = '', seed = ''] = process.argv.slice(2)
const { db, close } = openDatabase(databaseUrl, silentLog, { connections: 10 })
const queue = { nudge: async () => {}, onNudge: async () => {}, stop: async () => {} }
const settings = { ...readConfig({}), DATABASE_URL: databaseUrl }
const { config, clockBeganAt, searchThread } = startSearchThread(settings)
const clock = clockOf(config, clockBeganAt)
const deps = { config, clock, features: FEATURES, log: silentLog, searchThread, db, databaseUrl, queue }
const app = buildServer(deps)
await app.ready()
const requests = costlyRequests(words.split(' '), randomFrom(Number(seed)))
// Once for the compiler.
for (let i = 0; i < 20; i++) slowness(computedMs)
for (const one of requests.slice(0, 3)) await ask(one, 250)
const asked: Asked[] = []
for (const [i, one] of requests.entries()) asked.push(await ask(one, i))
process.send!(asked)
await app.close()
await searchThread.stop()
await close()
process.disconnect()

async function ask({ name, request }: CostlyRequest, i: number): Promise<Asked> {
  const before = slowness(computedMs)
  const meter = startMeter()
  const begun = process.cpuUsage()
  const headers = { accept: 'text/html', ...request.headers }
  const { statusCode: status } = await app.inject({ remoteAddress: `10.0.${i}.1`, ...request, headers })
  const { user, system } = process.cpuUsage(begun)
  const allMs = (user + system) / 1000
  const silentMs = meter.take()
  meter.stop()
  const slower = Math.max(before, slowness(computedMs))
  return { name, status, silentMs: silentMs / slower, allMs: allMs / slower }
}
