// Fetches papers and plans, as the service does: planning-worker.ts NOW. Prints { megabytes }.
import { readConfig, readEnvironment } from '../../../src/config.ts'
import { planDigests } from '../../../src/flows/digests/plan-digests.ts'
import { ingestDue } from '../../../src/flows/papers/ingest-day.ts'
import { stoppedClock } from '../../../src/platform/clock.ts'
import { wire } from '../../../src/wiring.ts'

const clock = stoppedClock(new Date(process.argv[2]!))
const { deps, close } = await wire(readConfig(readEnvironment({ dotEnv: false })), { clock })
await ingestDue(deps)
await planDigests(deps)
await close()
console.log(JSON.stringify({ megabytes: Math.round(process.resourceUsage().maxRSS / 1024) }))
