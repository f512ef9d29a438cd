// A worker that does nothing but deliver: worker.ts [VARIANT]. Prints "ready" when it begins; on SIGTERM it finishes
// what is under way and ends with 0.
import { readConfig, readEnvironment } from '../../../src/config.ts'
import { drain } from '../../../src/delivery/drain.ts'
import { wire } from '../../../src/wiring.ts'
import { drainWrongly, type WrongVariant } from '../crash/wrong-variants.ts'
import { plainMail } from './plain-mail.ts'

const variant = process.argv[2] as WrongVariant | undefined
const owner = `worker-${process.pid}`
const { deps, close } = await wire(readConfig(readEnvironment({ dotEnv: false })))
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
await deps.db.$queryRaw`select 1`
console.log('ready')
if (variant) await drainWrongly(deps, variant, owner)
else
  await drain(deps, {
    lane: 'digests',
    owner,
    compose: plainMail,
    signal: stopping.signal,
    untilNoneReady: true,
  })
await close()
