// Plans everyone's digest of a day.
import { readConfig } from '../../../src/config/config.ts'
import { clockFrom } from '../../../src/core/clock.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { measuredProgram } from './measured-program.ts'

await measuredProgram<{ settings: Record<string, string>; now: string }>(async ({ settings, now }) => {
  const { deps, close } = await buildDeps(readConfig(settings), { clock: clockFrom(new Date(now)) })
  return {
    close,
    run: async () => ({ emails: (await planDigests(deps)).planned }),
  }
})
