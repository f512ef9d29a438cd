// Sends everything that is planned in a copy of a planned database, as a worker does.
import { readConfig } from '../../../src/config/config.ts'
import { clockFrom } from '../../../src/core/clock.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { recordIdentity } from '../../../src/core/restored-database.ts'
import { openComposer } from '../../../src/emails/compose-message.ts'
import { deliverReady } from '../../../src/emails/deliver.ts'
import { measuredProgram } from './measured-program.ts'

interface Input {
  settings: Record<string, string>
  now: string
  maxSeconds: number
}

/** The size of one in so many emails is measured. */
const SAMPLE = 50

await measuredProgram<Input>(async ({ settings, now, maxSeconds }) => {
  const { deps, close } = await buildDeps(readConfig(settings), { clock: clockFrom(new Date(now)) })
  // A copied database sends nothing until the operator says that it may.
  await recordIdentity(deps.db, deps.clock.now())
  const compose = await openComposer(deps)
  let bytes = 0
  let [composed, sampled] = [0, 0]
  const counting: typeof compose = async (message) => {
    const mail = await compose(message)
    // Each look at an email joins its parts once more.
    if (composed++ % SAMPLE === 0) {
      bytes += mail.raw.length
      sampled++
    }
    return mail
  }
  return {
    close,
    run: async () => {
      const signal = AbortSignal.timeout(maxSeconds * 1000)
      const run = await deliverReady({ ...deps, compose: counting }, { lane: 'bulk', signal })
      if (run.stopped) throw new Error(`delivery stopped: ${run.stopped}`)
      if (run.accepted === 0) throw new Error('nothing was ready')
      return { emails: run.accepted, bytes: Math.round(bytes / Math.max(1, sampled)) }
    },
  }
})
