// The site in a process of its own: server.ts SETTINGS-AS-JSON. It says what it did, and answers "memory" and "cpu".

import { readConfig } from '../../../src/config/config.ts'
import { monotonicMs } from '../../../src/core/clock.ts'
import { silentLog } from '../../../src/core/log.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { startService } from '../../../src/service/service.ts'
import { readArchive } from './read-archive.ts'

/** What the process says to the bench. */
export interface ServerSaid {
  address?: string
  read?: { seconds: number; papers: number; megabytes: number; rss: number }
  rss?: number
  /** Milliseconds of processor that the process took so far. */
  cpu?: number
}

const MB = 1024 * 1024
const rss = () => Math.round(process.memoryUsage().rss / MB)
const cpu = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000
const say = (said: ServerSaid) => process.send!(said)

const [settings = '{}'] = process.argv.slice(2)
const before = rss()
const service = await startService(readConfig(JSON.parse(settings)), ['web'], {
  features: FEATURES,
  log: silentLog,
  threads: true,
})
const began = monotonicMs()
say({ address: service.address!, rss: before })
process.on('message', async (asked) => {
  if (asked === 'memory') return say({ rss: rss() })
  if (asked === 'cpu') return say({ cpu: cpu() })
  await service.stop()
  process.exit(0)
})
const { papers, bytes } = await readArchive(service.deps, null)
const seconds = (monotonicMs() - began) / 1000
say({ read: { seconds, papers, megabytes: Math.round(bytes / MB), rss: rss() } })
