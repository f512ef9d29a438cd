// A worker that only delivers: worker.ts [VARIANT] [--crash POINT:N] [--hang-after N] [--stalled-after MS].
// Prints "ready" when it starts; on SIGTERM it finishes the emails in progress and exits with 0.
import { flushCompileCache } from 'node:module'
import { parseArgs } from 'node:util'
import { readConfig, readEnvironment } from '../../../src/config/config.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import type { Compose } from '../../../src/mail/message.ts'
import { drain } from '../../../src/mail/sending/drain.ts'
import { crashAt } from '../crash/crash-at.ts'
import { drainWrongly, type WrongVariant } from '../crash/wrong-variants.ts'
import { firstAnswer } from './first-answer.ts'
import { plainMail } from './plain-mail.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    crash: { type: 'string' },
    'hang-after': { type: 'string' },
    'stalled-after': { type: 'string' },
  },
})
const variant = positionals[0] as WrongVariant | undefined
const owner = `worker-${process.pid}`
const watch = values.crash ? crashAt(values.crash) : undefined
const { deps, close } = await buildDeps(readConfig(readEnvironment({ dotEnv: false })), {
  onFailpoint: watch,
})
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())
let composed = 0
const maxComposed = Number(values['hang-after'] ?? Number.POSITIVE_INFINITY)
const compose: Compose = (message) => (++composed > maxComposed ? new Promise(() => {}) : plainMail(message))
await firstAnswer(deps.db)
// A worker that will be killed has no other chance to save its compiled code for the next one.
flushCompileCache()
console.log('ready')
if (variant) await drainWrongly(deps, variant, owner)
else
  await drain(deps, {
    lane: 'bulk',
    owner,
    compose,
    stalledAfterMs: values['stalled-after'] ? Number(values['stalled-after']) : undefined,
    signal: stopping.signal,
  })
await close()
