// The site behind a proxy on this machine, on a port, with the connections that it has beside a worker thread:
// listening-site.ts DATABASE_URL. Sends its port and the links of two readers, and for each message how busy it was since
// the last one; ends when its parent disconnects.

import type { AddressInfo } from 'node:net'
import { readConfig } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { openDatabase } from '../../../src/core/database/database.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { readWholeArchive } from '../../../src/search/open-archive.ts'
import { signLink } from '../../../src/subscribers/links.ts'
import { buildServer, REQUEST_LIMITS } from '../../../src/web/server.ts'
import { NOON, READER } from './seed.ts'
import { startSiteMeter } from './site-meter.ts'

export interface ReaderLinks {
  /** The page of a topic. */
  topic: string
  unsubscribe: string
}

export interface ListeningSite {
  port: number
  paper: number
  reader: ReaderLinks
  other: ReaderLinks
}

const CONNECTIONS = 5

const [databaseUrl = ''] = process.argv.slice(2)
const { db, close } = openDatabase(databaseUrl, silentLog, {
  connections: CONNECTIONS,
  maxTransactions: CONNECTIONS - 1,
})
const queue = { nudge: async () => {}, onNudge: async () => {}, stop: async () => {} }
const config = readConfig({ DATABASE_URL: databaseUrl, TRUST_PROXY: '127.0.0.1' })
const deps = { config, clock: stoppedClock(NOON), features: FEATURES, log: silentLog, db, databaseUrl, queue }
const app = buildServer(deps, REQUEST_LIMITS, { checkEveryMs: 1000 })
await app.listen({ host: '127.0.0.1', port: 0 })
await readWholeArchive(deps)
const { id: paper } = await db.paper.findFirstOrThrow()
const { port } = app.server.address() as AddressInfo
const [reader, other] = [await linksOf(READER), await linksOf('text@reader.example')]
process.send!({ port, paper, reader, other } satisfies ListeningSite)
const takeBusy = startSiteMeter(app.server)
process.on('message', () => process.send!(takeBusy()))
process.once('disconnect', async () => {
  app.server.closeAllConnections()
  await app.close()
  await close()
})

async function linksOf(address: string): Promise<ReaderLinks> {
  const { id, epoch, topics } = await db.subscriber.findFirstOrThrow({
    where: { address },
    include: { topics: true },
  })
  const token = (purpose: 'manage' | 'unsubscribe') =>
    signLink({ purpose, id, epoch, issuedAt: NOON }, config.APP_SECRET[0]!)
  return {
    topic: `/manage/${token('manage')}/topics/${topics[0]!.id}`,
    unsubscribe: `/unsubscribe/${token('unsubscribe')}`,
  }
}
