// The site with some thousand papers, asked for costly queries one after the other: costly-site.ts DATABASE_URL WORDS.
// Says how many milliseconds of processor time it computed for each without a turn for others, on a processor that does
// the yardstick's work in its usual time: one that is shared may be half as fast.

import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { openDatabase } from '../../../src/core/database/database.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { readWholeArchive } from '../../../src/search/open-archive.ts'
import { buildServer } from '../../../src/web/server.ts'
import { computedMs } from '../../support/computed-ms.ts'
import { randomFrom } from '../bench/seeded-random.ts'
import { type CostlyRequest, costlyRequests } from './costly-queries.ts'
import { NOON } from './seed.ts'
import { startMeter } from './silence.ts'
import { slowness } from './yardstick.ts'

/** What one request took. */
export interface Asked {
  name: string
  status: number
  /** The longest that nobody else had a turn. */
  silentMs: number
  allMs: number
}

const [databaseUrl = '', words = ''] = process.argv.slice(2)
const { db, close } = openDatabase(databaseUrl, silentLog, { connections: 10 })
const queue = { nudge: async () => {}, onNudge: async () => {}, stop: async () => {} }
const config = readConfig({ DATABASE_URL: databaseUrl })
const deps = { config, clock: stoppedClock(NOON), features: FEATURES, log: silentLog, db, databaseUrl, queue }
const app = buildServer(deps)
await app.ready()
await readWholeArchive(deps)
const requests = costlyRequests(words.split(' '), randomFrom(7))
// Once for the compiler.
for (let i = 0; i < 20; i++) slowness(computedMs)
for (const one of requests.slice(0, 3)) await ask(one, 250)
const asked: Asked[] = []
for (const [i, one] of requests.entries()) asked.push(await ask(one, i))
process.send!(asked)
await app.close()
await close()
process.disconnect()

async function ask({ name, request }: CostlyRequest, i: number): Promise<Asked> {
  const before = slowness(computedMs)
  const meter = startMeter()
  const begun = computedMs()
  const headers = { accept: 'text/html', ...request.headers }
  const { statusCode: status } = await app.inject({ remoteAddress: `10.0.${i}.1`, ...request, headers })
  const allMs = computedMs() - begun
  const silentMs = meter.take()
  meter.stop()
  const slower = Math.max(before, slowness(computedMs))
  return { name, status, silentMs: silentMs / slower, allMs: allMs / slower }
}
