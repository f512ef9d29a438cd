import type { Day } from '../core/dates.ts'
import type { Deps } from '../core/deps.ts'
import { Fault } from '../core/errors.ts'
import { DELIVERY_SWITCH, isDeliveryHeld } from '../core/restored-database.ts'
import { readSwitch } from '../core/switch.repo.ts'
import { closePlans } from '../digests/open-due.ts'
import { type PlanResult, planDigests } from '../digests/plan-digests.ts'
import { openComposer } from '../emails/compose-message.ts'
import { deliverReady } from '../emails/deliver.ts'
import { LANES } from '../mail/message.ts'
import { countReady } from '../mail/outbox/message-list.repo.ts'
import type { RunResult } from '../mail/sending/run.ts'

export interface DigestRunResult {
  planned: PlanResult
  /** Outcomes of the ready messages of both lanes. */
  delivered: Omit<RunResult, 'stopped'>
  /** Messages that stay ready because of a rate limit: of their domain, or of a new sending domain. */
  rateLimited: number
  /** Why some messages may still be ready; null if all were attempted, or SENDING is off. */
  stopped: RunResult['stopped'] | 'paused' | 'restored' | 'interrupted'
}

/**
 * Plans the due subscribers (see planDigests) and sends every ready message, in this process. Throws smtp.not-set
 * before anything else if there is no SMTP_URL. After `signal` aborts, no new message starts.
 */
export async function runDigests(
  deps: Deps,
  { date, signal }: { date?: Day; signal?: AbortSignal },
): Promise<DigestRunResult> {
  if (!deps.config.SMTP_URL) throw new Fault('smtp.not-set')
  const compose = await openComposer(deps)
  const planned = await planDigests(deps, { date })
  const delivered = { accepted: 0, deferred: 0, refused: 0, uncertain: 0, gaveUp: 0, skipped: 0 }
  let stopped: DigestRunResult['stopped'] = null
  for (const lane of LANES) {
    const result = await deliverReady({ ...deps, compose }, { lane, signal })
    for (const name of Object.keys(delivered) as (keyof typeof delivered)[]) delivered[name] += result[name]
    stopped ??= result.stopped
  }
  await closePlans(deps)
  if (await isDeliveryHeld(deps.db)) stopped = 'restored'
  if (signal?.aborted) stopped ??= 'interrupted'
  if (deps.config.SENDING !== 'off' && (await readSwitch(deps.db, DELIVERY_SWITCH))) stopped ??= 'paused'
  const rateLimited =
    stopped || deps.config.SENDING === 'off' ? 0 : await countReady(deps.db, deps.clock.now())
  return { planned, delivered, rateLimited, stopped }
}
