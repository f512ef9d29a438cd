// A worker that checks regularly whether lane `bulk` has something to send, as the nudges of a service make it do,
// also while the database is unreachable. Prints "ready" when it starts; ends on SIGTERM.
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig, readEnvironment } from '../../../src/config/config.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { deliverReady } from '../../../src/emails/deliver.ts'
import { firstAnswer } from '../bench/first-answer.ts'
import { plainMail } from '../bench/plain-mail.ts'

const PAUSE_MS = 200

const { deps, close } = await buildDeps(readConfig(readEnvironment({ dotEnv: false })))
await firstAnswer(deps.db)
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
console.log('ready')
while (!stopping.signal.aborted) {
  const lane = { lane: 'bulk', signal: stopping.signal } as const
  await deliverReady({ ...deps, compose: plainMail }, lane).catch(() => {})
  await sleep(PAUSE_MS)
}
await close()
