// A process with a clock that its parent moves: fork it, send { now, phase }, wait for the reply: { value } or
// { error }. It ticks, plans and delivers as a service does, immediately instead of after a nudge.
import { readConfig, readEnvironment } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { addQueue, buildDeps } from '../../../src/core/deps.ts'
import { errorText } from '../../../src/core/errors.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { deliverReady } from '../../../src/emails/deliver.ts'
import { tick } from '../../../src/service/schedule.ts'
import { plainMail } from './plain-mail.ts'
import type { Order, Phase } from './ticking.ts'

const clock = stoppedClock(new Date(0))
const options = { clock, connections: 3 }
const { deps, close } = await addQueue(
  await buildDeps(readConfig(readEnvironment({ dotEnv: false })), options),
)
const deliverDeps = { ...deps, queue: undefined, compose: plainMail }

const work: Record<Phase, () => Promise<unknown>> = {
  tick: () => tick(deps),
  plan: () => planDigests(deps),
  deliver: () => deliverReady(deliverDeps, { lane: 'bulk' }),
}

process.on('message', async ({ now, phase }: Order) => {
  clock.moveTo(new Date(now))
  try {
    process.send?.({ value: await work[phase]() })
  } catch (error) {
    process.send?.({ error: errorText(error) })
  }
})
process.on('disconnect', async () => {
  await close()
  process.exit(0)
})
process.send?.('ready')
