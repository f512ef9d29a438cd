// A worker that goes on after the database was away, and records in a wrong way: wrong-worker.ts VARIANT.
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig, readEnvironment } from '../../../src/config.ts'
import { drain } from '../../../src/delivery/drain.ts'
import { isDatabaseAway } from '../../../src/platform/database.ts'
import { wire } from '../../../src/wiring.ts'
import { plainMail } from '../bench/plain-mail.ts'
import { recordingWrongly, type WrongRecord } from './wrong-variants.ts'

const { deps, close } = await wire(readConfig(readEnvironment({ dotEnv: false })))
const db = recordingWrongly(deps.db, process.argv[2] as WrongRecord)
await db.$queryRaw`select 1`
console.log('ready')
for (let run = 1, isDone = false; !isDone; run++) {
  const owner = `worker-${process.pid}/${run}`
  isDone = await drain({ ...deps, db }, { lane: 'digests', owner, compose: plainMail }).then(
    () => true,
    async (error) => {
      if (!isDatabaseAway(error)) throw error
      await sleep(300)
      return false
    },
  )
}
await close()
