import { hostname } from 'node:os'
import { MINUTE_MS } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { errorText } from '../core/errors.ts'
import { forgetProcess, recordProcess } from '../core/running-process.repo.ts'
import { fingerprintOf, randomId } from '../core/secrets.ts'

/** Shows the others, in a row that is repeated every minute until `stop`, that this process runs and which secrets it has. */
export async function announceProcess({ db, config, clock, log }: Deps): Promise<{ stop(): Promise<void> }> {
  const id = randomId(80)
  const self = {
    name: `process ${process.pid} on ${hostname()}`,
    startedAt: clock.now(),
    secrets: config.APP_SECRET.map(fingerprintOf),
  }
  const safely = (step: Promise<void>) =>
    step.catch((error) => log.error('database.error', { what: errorText(error) }))
  let announced = safely(recordProcess(db, id, self))
  await announced
  const timer = setInterval(() => {
    announced = safely(recordProcess(db, id, self))
  }, MINUTE_MS)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await announced
      await safely(forgetProcess(db, id))
    },
  }
}
