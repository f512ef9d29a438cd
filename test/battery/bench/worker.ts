// A worker that does nothing but deliver: worker.ts [VARIANT] [--crash POINT:N] [--hang-after N] [--stalled-after MS].
// Prints "ready" when it begins; on
// SIGTERM it finishes what is under way and ends with 0.
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
const mostComposed = Number(values['hang-after'] ?? Number.POSITIVE_INFINITY)
const compose: Compose = (message) => (++composed > mostComposed ? new Promise(() => {}) : plainMail(message))
await firstAnswer(deps.db)
// Whoever is killed has no other moment to leave what it compiled to the next one.
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
