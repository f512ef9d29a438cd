// One process of the bench: role.ts web|plan SETTINGS-AS-JSON. `web` serves until it is stopped, and also plans
// on request; `plan` plans the digests of all subscribers who are due, and ends.

import { readConfig } from '../../../src/config/config.ts'
import { monotonicMs } from '../../../src/core/clock.ts'
import { buildDeps, type Deps } from '../../../src/core/deps.ts'
import { silentLog } from '../../../src/core/log.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { startService } from '../../../src/service/service.ts'
import { readArchive } from '../search/read-archive.ts'

const MB = 1024 * 1024

/** What a process says to the bench. */
export interface Said {
  address?: string
  archive?: { seconds: number; papers: number; megabytes: number; rssBefore: number; rss: number }
  planned?: { seconds: number; due: number; planned: number }
  /** Megabytes of memory, and seconds of the processor so far. */
  use?: { rss: number; seconds: number }
}

const [role, settings = '{}'] = process.argv.slice(2)
const say = (said: Said) => process.send?.(said)
const processorSeconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
const rss = () => Math.round(process.memoryUsage().rss / MB)

async function plan(deps: Deps): Promise<void> {
  const began = monotonicMs()
  const { due, planned } = await planDigests(deps)
  say({ planned: { seconds: (monotonicMs() - began) / 1000, due, planned } })
}

async function serve(): Promise<void> {
  const rssBefore = rss()
  const service = await startService(readConfig(JSON.parse(settings)), ['web'], {
    features: FEATURES,
    log: silentLog,
    threads: true,
  })
  const began = monotonicMs()
  const { papers, bytes } = await readArchive(service.deps, null)
  const seconds = (monotonicMs() - began) / 1000
  const megabytes = bytes / MB
  say({
    address: service.address,
    archive: { seconds, papers, megabytes, rssBefore, rss: rss() },
  })
  process.on('message', async (asked) => {
    if (asked === 'plan') await plan(service.deps)
    if (asked === 'use') say({ use: { rss: rss(), seconds: processorSeconds() } })
    if (asked === 'stop') {
      await service.stop()
      process.exit(0)
    }
  })
}

async function planAndEnd(): Promise<void> {
  const { deps, close } = await buildDeps(readConfig(JSON.parse(settings)), { log: silentLog })
  await plan(deps)
  await close()
  process.disconnect?.()
}

await (role === 'web' ? serve() : planAndEnd())
