// A worker process with a clock that its parent moves: fork it, send { now, phase }, and wait for the same message back.
import { readConfig, readEnvironment } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { openComposer } from '../../../src/emails/compose-message.ts'
import { deliverReady } from '../../../src/emails/deliver.ts'
import { ingestDue } from '../../../src/papers/ingest.ts'
import type { Order, Phase } from './phases.ts'

const clock = stoppedClock(new Date(0))
const { deps, close } = await buildDeps(readConfig(readEnvironment({ dotEnv: false })), {
  clock,
  connections: 8,
})
const compose = await openComposer(deps)
const signal = new AbortController().signal

const work: Record<Phase, () => Promise<unknown>> = {
  ingest: () => ingestDue(deps),
  plan: () => planDigests(deps),
  deliver: () => deliverReady({ ...deps, compose }, { lane: 'bulk', signal }),
}

process.on('message', async (order: Order) => {
  clock.moveTo(new Date(order.now))
  await work[order.phase]()
  process.send?.(order)
})
process.on('disconnect', async () => {
  await close()
  process.exit(0)
})
process.send?.('ready')
