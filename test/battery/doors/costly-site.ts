// The site with some thousand papers, asked for costly queries one after the other: costly-site.ts DATABASE_URL WORDS.
// Says how many milliseconds of processor time it computed for each without a turn for others.
import { readConfig } from '../../../src/config.ts'
import { readArchive } from '../../../src/flows/papers/open-archive.ts'
import { stoppedClock } from '../../../src/platform/clock.ts'
import { openDatabase } from '../../../src/platform/database.ts'
import { silentLog } from '../../../src/platform/log.ts'
import { buildServer } from '../../../src/web/server.ts'
import { computedMs } from '../../support/computed-ms.ts'
import { randomFrom } from '../bench/seeded-random.ts'
import { type CostlyRequest, costlyRequests } from './costly-queries.ts'
import { NOON } from './seed.ts'

/** What one request took. */
export interface Asked {
  name: string
  status: number
  /** The longest that nobody else had a turn. */
  silentMs: number
  allMs: number
}

/** Looks each millisecond how much this thread computed since it looked last. */
function startMeter(): { take(): number; stop(): void } {
  let last = computedMs()
  let longest = 0
  const look = () => {
    const now = computedMs()
    longest = Math.max(longest, now - last)
    last = now
  }
  const timer = setInterval(look, 1)
  const take = () => {
    look()
    const was = longest
    longest = 0
    return was
  }
  return { take, stop: () => clearInterval(timer) }
}

const [databaseUrl = '', words = ''] = process.argv.slice(2)
const { db, close } = openDatabase(databaseUrl, silentLog, 10)
const queue = { nudge: async () => {}, onNudge: async () => {}, stop: async () => {} }
const config = readConfig({ DATABASE_URL: databaseUrl })
const deps = { config, clock: stoppedClock(NOON), log: silentLog, db, databaseUrl, queue }
const app = buildServer(deps)
await app.ready()
await readArchive(deps)
const requests = costlyRequests(words.split(' '), randomFrom(7))
// Once for the compiler.
for (const one of requests.slice(0, 3)) await ask(one, 250)
const asked: Asked[] = []
for (const [i, one] of requests.entries()) asked.push(await ask(one, i))
process.send!(asked)
await app.close()
await close()
process.disconnect()

async function ask({ name, request }: CostlyRequest, i: number): Promise<Asked> {
  const meter = startMeter()
  const begun = computedMs()
  const headers = { accept: 'text/html', ...request.headers }
  const { statusCode: status } = await app.inject({ remoteAddress: `10.0.${i}.1`, ...request, headers })
  const allMs = computedMs() - begun
  const silentMs = meter.take()
  meter.stop()
  return { name, status, silentMs, allMs }
}
