// Ticks once at CLOCK_NOW and prints whether this process was the one that acted.
import { readConfig, readEnvironment } from '../../src/config/config.ts'
import { addQueue, buildDeps } from '../../src/core/deps.ts'
import { tick } from '../../src/service/schedule.ts'

const { deps, close } = await addQueue(await buildDeps(readConfig(readEnvironment({ dotEnv: false }))))
console.log(await tick(deps))
await close()
