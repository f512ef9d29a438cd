// The whole way: a service with the roles schedule and worker on a database without plans. By its clock, everyone
// is due at the next minute of the machine, when it ticks; seconds count from then to the last acceptance.

import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../../src/config/config.ts'
import { clockFrom, monotonicMs } from '../../../src/core/clock.ts'
import { MINUTE_MS } from '../../../src/core/dates.ts'
import { recordIdentity } from '../../../src/core/restored-database.ts'
import { FEATURES } from '../../../src/features/index.ts'
import { startService } from '../../../src/service/service.ts'
import { measuredProgram } from './measured-program.ts'

interface Input {
  settings: Record<string, string>
  due: string
  /** How many must be accepted. */
  emails: number
  maxSeconds: number
}

/** For the start. */
const MIN_LEAD_MS = 15_000
const POLL_MS = 250

await measuredProgram<Input>(async ({ settings, due, emails, maxSeconds }) => {
  const dueAt = new Date(due).getTime()
  const nextMinute = new Date(Math.ceil((Date.now() + MIN_LEAD_MS) / MINUTE_MS) * MINUTE_MS)
  const clock = clockFrom(new Date(dueAt), nextMinute)
  const { deps, stop } = await startService(readConfig(settings), ['schedule', 'worker'], {
    features: FEATURES,
    clock,
  })
  const seconds = (at: Date | null) => ((at?.getTime() ?? Number.NaN) - dueAt) / 1000
  return {
    close: stop,
    run: async () => {
      await recordIdentity(deps.db, deps.clock.now())
      const until = monotonicMs() + MIN_LEAD_MS + MINUTE_MS + maxSeconds * 1000
      while ((await deps.db.acceptance.count()) < emails && monotonicMs() < until) await sleep(POLL_MS)
      const { _count, _min, _max } = await deps.db.acceptance.aggregate({
        ...{ _count: true, _min: { at: true }, _max: { at: true } },
      })
      return { emails: _count, seconds: seconds(_max.at), firstSeconds: seconds(_min.at) }
    },
  }
})
