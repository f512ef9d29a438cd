// A worker process with the reader and a clock that its parent moves: fork it, send { now, phase }, and wait for the same
// message back. "grade" grades to the end; "begin" only begins to. "plan" plans while grading goes on; "deliver" sends.
import { readConfig, readEnvironment } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { addQueue, buildDeps } from '../../../src/core/deps.ts'
import { featureNudges } from '../../../src/core/feature-nudge.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { openComposer } from '../../../src/emails/compose-message.ts'
import { deliverReady } from '../../../src/emails/deliver.ts'
import { FEATURES } from '../../../src/features/index.ts'

const clock = stoppedClock(new Date(0))
const config = readConfig(readEnvironment({ dotEnv: false }), FEATURES)
const { deps, close } = await addQueue(await buildDeps(config, { clock, connections: 8, features: FEATURES }))
const compose = await openComposer(deps)
const stopping = new AbortController()

/** Failures end grading, as in the service, and not the process. */
const grade = async (): Promise<void> => {
  // Without the feature, no nudge has this name.
  const nudges = featureNudges(FEATURES).filter(({ name }: { name: string }) => name === 'grade-papers')
  await Promise.all(nudges.map((nudge) => nudge.run(deps, { signal: stopping.signal }).catch(() => {})))
}

const work = {
  grade,
  begin: async () => void grade(),
  plan: () => {
    void grade()
    return planDigests(deps)
  },
  deliver: () => deliverReady({ ...deps, compose }, { lane: 'bulk', signal: stopping.signal }),
}

process.on('message', async (order: { now: string; phase: keyof typeof work }) => {
  clock.moveTo(new Date(order.now))
  await work[order.phase]()
  process.send?.(order)
})
process.on('disconnect', async () => {
  stopping.abort()
  await close()
  process.exit(0)
})
process.send?.('ready')
