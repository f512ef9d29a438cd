// Plans as the service does: planning-worker.ts NOW [--ingest] [--wrong VARIANT]. With --ingest it fetches papers first.
// Prints "ready" when it starts, and its peak memory in megabytes when it ends.
import { parseArgs } from 'node:util'
import { readConfig, readEnvironment } from '../../../src/config/config.ts'
import { stoppedClock } from '../../../src/core/clock.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { ingestDue } from '../../../src/papers/ingest.ts'
import { WRONG_PLANNERS } from '../../support/wrong-planners.ts'
import { firstAnswer } from './first-answer.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { ingest: { type: 'boolean' }, wrong: { type: 'string' } },
})
const clock = stoppedClock(new Date(positionals[0]!))
const { deps, close } = await buildDeps(readConfig(readEnvironment({ dotEnv: false })), { clock })
await firstAnswer(deps.db)
console.log('ready')
if (values.ingest) await ingestDue(deps)
if (values.wrong) await WRONG_PLANNERS[values.wrong as keyof typeof WRONG_PLANNERS](deps)
else await planDigests(deps)
await close()
console.log(Math.round(process.resourceUsage().maxRSS / 1024))
