// A worker that delivers lane `bulk` as the service does, with emails that the service composes. Prints "ready" when it
// starts, and its peak memory in megabytes when it ends.
import { readConfig, readEnvironment } from '../../../src/config/config.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { openComposer } from '../../../src/emails/compose-message.ts'
import { deliverReady } from '../../../src/emails/deliver.ts'
import { firstAnswer } from './first-answer.ts'

const { deps, close } = await buildDeps(readConfig(readEnvironment({ dotEnv: false })))
await firstAnswer(deps.db)
const compose = await openComposer(deps)
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
console.log('ready')
await deliverReady({ ...deps, compose }, { lane: 'bulk', signal: stopping.signal })
await close()
console.log(Math.round(process.resourceUsage().maxRSS / 1024))
