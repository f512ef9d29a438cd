// Plans everyone's digest of a day.
import { readConfig } from '../../../src/config/config.ts'
import { clockFrom } from '../../../src/core/clock.ts'
import { buildDeps } from '../../../src/core/deps.ts'
import { planDigests } from '../../../src/digests/plan-digests.ts'
import { openArchive } from '../../../src/search/open-archive.ts'
import { measuredProgram } from './measured-program.ts'

interface Input {
  settings: Record<string, string>
  now: string
  /** The archive is in memory before, as in a service that runs. */
  isWarm: boolean
}

await measuredProgram<Input>(async ({ settings, now, isWarm }) => {
  const { deps, close } = await buildDeps(readConfig(settings), { clock: clockFrom(new Date(now)) })
  if (isWarm) await openArchive(deps, { withVectors: true })
  return {
    close,
    run: async () => ({ emails: (await planDigests(deps)).planned }),
  }
})
