// A worker process with a clock that its parent moves: fork it, send { now, phase }, wait for the same back.
import { readConfig, readEnvironment } from '../../../src/config.ts'
import { planDigests } from '../../../src/flows/digests/plan-digests.ts'
import { openComposer } from '../../../src/flows/messages/compose-message.ts'
import { deliverReady } from '../../../src/flows/messages/deliver.ts'
import { ingestDue } from '../../../src/flows/papers/ingest-due.ts'
import { stoppedClock } from '../../../src/platform/clock.ts'
import { wire } from '../../../src/wiring.ts'
import type { Order, Phase } from './phases.ts'

const clock = stoppedClock(new Date(0))
const { deps, close } = await wire(readConfig(readEnvironment({ dotEnv: false })), { clock, connections: 8 })
const compose = await openComposer(deps)
const signal = new AbortController().signal

const work: Record<Phase, () => Promise<unknown>> = {
  ingest: () => ingestDue(deps),
  plan: () => planDigests(deps),
  deliver: () => deliverReady({ ...deps, compose }, { lane: 'digests', signal }),
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
