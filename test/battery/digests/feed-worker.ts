// A worker process that also serves the site, with a clock that its parent moves: fork it, send an order, and wait for the
// outcome.
import { readConfig, readEnvironment } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { openComposer } from '../../../src/emails/compose-message.ts'
import { deliverReady } from '../../../src/emails/deliver.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { buildServer } from '../../../src/web/server.ts'

export type FeedOrder = { now: string } & (
  | { phase: 'plan' }
  | { phase: 'deliver' }
  | { phase: 'read'; path: string }
)

export interface FeedOutcome {
  status: number
  body: string
}

const clock = stoppedClock(new Date(0))
const config = readConfig(readEnvironment({ dotEnv: false }), FEATURES)
const { deps } = await buildDeps(config, { clock, connections: 4, features: FEATURES })
const queue = { nudge: async () => {}, onNudge: async () => {}, stop: async () => {} }
const app = buildServer({ ...deps, queue })
await app.ready()
const compose = await openComposer(deps)
const signal = new AbortController().signal
const NOTHING: FeedOutcome = { status: 0, body: '' }

async function carryOut(order: FeedOrder): Promise<FeedOutcome> {
  if (order.phase === 'read') {
    const { statusCode: status, body } = await app.inject({ url: order.path })
    return { status, body }
  }
  if (order.phase === 'plan') await planDigests(deps)
  else await deliverReady({ ...deps, compose }, { lane: 'bulk', signal })
  return NOTHING
}

process.on('message', async (order: FeedOrder) => {
  clock.moveTo(new Date(order.now))
  process.send?.(await carryOut(order))
})
process.on('disconnect', () => process.exit(0))
process.send?.(NOTHING)
