// Posts to channels as the worker of a service does: posting-worker.ts COUNT INSTANT [INSTANT …]. At each instant it runs
// COUNT times.
import { readConfig, readEnvironment } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { buildDeps, type ServiceDeps } from '../../../src/core/deps.ts'
import { featureNudges } from '../../../src/core/feature-nudge.ts'
import { FEATURES } from '../../../src/features/index.ts'

const [count = '1', ...instants] = process.argv.slice(2)
const config = readConfig(readEnvironment({ dotEnv: false }), FEATURES)
const clock = stoppedClock(new Date(instants[0]!))
const { deps, close } = await buildDeps(config, { features: FEATURES, clock })
const work = featureNudges(FEATURES).find(({ name }) => String(name) === 'post-channels')!
for (const instant of instants) {
  clock.moveTo(new Date(instant))
  for (let n = 0; n < Number(count); n++)
    await work.run(deps as ServiceDeps, { signal: new AbortController().signal })
}
await close()
