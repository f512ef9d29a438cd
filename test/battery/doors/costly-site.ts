// The site with some thousand papers, asked for costly queries one after the other: costly-site.ts DATABASE_URL WORDS.
// Says how many milliseconds of processor time it computed for each without a turn for others, on a processor that does
// the yardstick's work in its usual time: one that is shared may be half as fast.
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { openDatabase } from '../../../src/core/database/database.ts'
import { silentLog } from '../../../src/core/log.ts'
import { readWholeArchive } from '../../../src/search/open-archive.ts'
import { buildServer } from '../../../src/web/server.ts'
import { computedMs } from '../../support/computed-ms.ts'
import { randomFrom } from '../bench/seeded-random.ts'
import { type CostlyRequest, costlyRequests } from './costly-queries.ts'
import { NOON } from './seed.ts'
import { startMeter } from './silence.ts'

/** What one request took. */
export interface Asked {
  name: string
  status: number
  /** The longest that nobody else had a turn. */
  silentMs: number
  allMs: number
}

const YARDSTICK_STEPS = 200_000

/** Of `yardstickMs`, on the machine for which the limits are told. */
const USUAL_YARDSTICK_MS = 20

/** The milliseconds of some work that is the same each time. */
function yardstickMs(): number {
  const begun = computedMs()
  const counts = new Map<string, number>()
  for (let i = 0; i < YARDSTICK_STEPS; i++) {
    const word = `w${(i * 7919) % 5003}`
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return computedMs() - begun
}

/** How many times slower than usual it computes; 1 where it is faster. */
const slowness = (): number => Math.max(1, yardstickMs() / USUAL_YARDSTICK_MS)

const [databaseUrl = '', words = ''] = process.argv.slice(2)
const { db, close } = openDatabase(databaseUrl, silentLog, 10)
const queue = { nudge: async () => {}, onNudge: async () => {}, stop: async () => {} }
const config = readConfig({ DATABASE_URL: databaseUrl })
const deps = { config, clock: stoppedClock(NOON), log: silentLog, db, databaseUrl, queue }
const app = buildServer(deps)
await app.ready()
await readWholeArchive(deps)
const requests = costlyRequests(words.split(' '), randomFrom(7))
// Once for the compiler.
for (let i = 0; i < 20; i++) yardstickMs()
for (const one of requests.slice(0, 3)) await ask(one, 250)
const asked: Asked[] = []
for (const [i, one] of requests.entries()) asked.push(await ask(one, i))
process.send!(asked)
await app.close()
await close()
process.disconnect()

async function ask({ name, request }: CostlyRequest, i: number): Promise<Asked> {
  const before = slowness()
  const meter = startMeter()
  const begun = computedMs()
  const headers = { accept: 'text/html', ...request.headers }
  const { statusCode: status } = await app.inject({ remoteAddress: `10.0.${i}.1`, ...request, headers })
  const allMs = computedMs() - begun
  const silentMs = meter.take()
  meter.stop()
  const slower = Math.max(before, slowness())
  return { name, status, silentMs: silentMs / slower, allMs: allMs / slower }
}
