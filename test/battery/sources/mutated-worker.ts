// Fetches one day with the program's own parts and says what came of it: fork it, send an Asked, wait for its Said.
import { existsSync, readFileSync } from 'node:fs'
import { readConfig, readEnvironment } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import type { Day } from '../../../src/core/dates.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { errorText, Fault } from '../../../src/core/errors.ts'
import { ingestDay } from '../../../src/papers/ingest.ts'

export interface Asked {
  source: string
  day: Day
  now: string
  /** How long the source may take for a response; short by default, since some of them never end. */
  timeoutMs?: number
}

export interface Said {
  /** The code of the fault, if a source caused it. */
  fault?: string
  /** What else was thrown: nothing may be. */
  other?: string
  /** Papers and newer versions that the day now has. */
  listed?: number
  /** Entries that are no paper, each with its reason. */
  leftOut?: number
  /** What the process took of memory at most until now, in megabytes. */
  peakMb: number
}

const TIMEOUT_MS = 250

const clock = stoppedClock(new Date(0))
const config = readConfig(readEnvironment({ dotEnv: false }))
const { deps, close } = await buildDeps(config, { clock, connections: 2 })

async function fetchDay({ source, day, now, timeoutMs = TIMEOUT_MS }: Asked): Promise<Omit<Said, 'peakMb'>> {
  clock.moveTo(new Date(now))
  try {
    const fetchPolicy = { gapMs: 0, timeoutMs }
    const options = { wait: async () => {}, fetchPolicy }
    const { listed, revised, refused, rejected } = await ingestDay(deps, { source, day, ...options })
    return { listed: listed + revised, leftOut: refused.length + rejected.length }
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith('source.')) return { fault: error.code }
    return { other: errorText(error) }
  }
}

// If the system reports it, without the memory of the parent at the fork, which maxRSS includes.
function peakMb(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : ''
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS
  return Math.round(Number(kilobytes) / 1024)
}

process.on('message', async (asked: Asked) => {
  const said = await fetchDay(asked)
  process.send?.({ ...said, peakMb: peakMb() } satisfies Said)
})
process.on('disconnect', async () => {
  await close()
  process.exit(0)
})
process.send?.('ready')
