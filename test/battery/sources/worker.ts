// The service's own work with a clock that its parent moves: fork it, send an Order, wait for its Done. It does not wait
// between the requests to a source: their rates have rows of their own.
import { readConfig, readEnvironment } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { ingestDue } from '../../../src/papers/ingest.ts'

export type Phase = 'ingest' | 'plan' | 'deliver'

export interface Order {
  now: string
  phases: Phase[]
}

export interface Done {
  /** What the process took of memory at most until now, in megabytes. */
  peakMb: number
}

const TIMEOUT_MS = 250

const clock = stoppedClock(new Date(0))
const { deps, close } = await buildDeps(readConfig(readEnvironment({ dotEnv: false })), {
  clock,
  connections: 4,
})
// Rendering emails takes more memory than all the rest, so a worker that only reads sources does not load it.
let deliver: (() => Promise<unknown>) | undefined

async function openDelivery() {
  const { openComposer } = await import('../../../src/emails/compose-message.ts')
  const { deliverReady } = await import('../../../src/emails/deliver.ts')
  const compose = await openComposer(deps)
  return () => deliverReady({ ...deps, compose }, { lane: 'bulk', signal })
}
const signal = new AbortController().signal

const work: Record<Phase, () => Promise<unknown>> = {
  ingest: () => ingestDue(deps, { wait: async () => {}, fetchPolicy: { gapMs: 0, timeoutMs: TIMEOUT_MS } }),
  plan: async () => (await import('../../../src/digests/plan-digests.ts')).planDigests(deps),
  deliver: async () => {
    deliver ??= await openDelivery()
    return deliver()
  },
}

process.on('message', async ({ now, phases }: Order) => {
  clock.moveTo(new Date(now))
  for (const phase of phases) await work[phase]()
  process.send?.({ peakMb: Math.round(process.resourceUsage().maxRSS / 1024) } satisfies Done)
})
process.on('disconnect', async () => {
  await close()
  process.exit(0)
})
process.send?.('ready')
