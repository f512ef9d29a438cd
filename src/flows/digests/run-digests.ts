import { countReady } from '../../delivery/ledger/message-list-store.ts'
import { LANES } from '../../delivery/message.ts'
import type { RunResult } from '../../delivery/run/run.ts'
import type { Day } from '../../platform/dates.ts'
import { Fault } from '../../platform/errors.ts'
import { readSwitch } from '../../platform/switch-store.ts'
import type { Deps } from '../../wiring.ts'
import { openComposer } from '../messages/compose-message.ts'
import { deliverReady } from '../messages/deliver.ts'
import { DELIVERY, isHeld } from '../operator/restore/restored.ts'
import { closePlans } from './close-plans.ts'
import { type PlanResult, planDigests } from './plan-digests.ts'

export interface DigestsRun {
  planned: PlanResult
  /** What became of the messages of both lanes that were ready. */
  delivered: Omit<RunResult, 'stopped'>
  /** Messages that stay ready because their domain, or a new sending domain, may have no more mail for now. */
  paced: number
  /** Why some may still be ready; null where everything was tried, or SENDING is off. */
  stopped: RunResult['stopped'] | 'paused' | 'restored' | 'interrupted'
}

/**
 * Plans whoever is due (see planDigests) and hands over every message that is ready, in this process. Throws
 * smtp.not-set before anything else where there is no SMTP_URL. Once `signal` aborts, no further message is begun.
 */
export async function runDigests(
  deps: Deps,
  { date, signal }: { date?: Day; signal?: AbortSignal },
): Promise<DigestsRun> {
  if (!deps.config.SMTP_URL) throw new Fault('smtp.not-set')
  const compose = await openComposer(deps)
  const planned = await planDigests(deps, { date })
  const delivered = { accepted: 0, deferred: 0, refused: 0, uncertain: 0, gaveUp: 0, skipped: 0 }
  let stopped: DigestsRun['stopped'] = null
  for (const lane of LANES) {
    const result = await deliverReady({ ...deps, compose }, { lane, signal })
    for (const name of Object.keys(delivered) as (keyof typeof delivered)[]) delivered[name] += result[name]
    stopped ??= result.stopped
  }
  await closePlans(deps)
  if (await isHeld(deps.db)) stopped = 'restored'
  if (signal?.aborted) stopped ??= 'interrupted'
  if (deps.config.SENDING !== 'off' && (await readSwitch(deps.db, DELIVERY))) stopped ??= 'paused'
  const paced = stopped || deps.config.SENDING === 'off' ? 0 : await countReady(deps.db, deps.clock.now())
  return { planned, delivered, paced, stopped }
}
