import { dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { dayTotals } from '../../digests/reconciliation.repo.ts'
import { deliveryReport, jsonOfDeliveryReport } from '../../operator/delivery-report.ts'
import { pauseDelivery, resumeDelivery } from '../../operator/delivery-switch.ts'
import type { Site } from '../pages.ts'
import { type Api, changeFaults, operatorFaults, operatorOperation, runApiChange } from './operation.ts'
import * as schemas from './schemas/operator.ts'

const TAG = 'delivery'

/** The state of delivery, and the totals of a date. */
export function addDeliveryRoutes(api: Api, { deps }: Site): void {
  const counted = {
    ...operatorOperation('digests', 'showBooks', 'The totals of one local date'),
    querystring: schemas.dayTotalsQuery,
    response: { 200: schemas.dayTotalsBody, ...operatorFaults(422) },
  }
  api.get('/api/digests/status', { schema: counted }, ({ query: { date } }) =>
    dayTotals(deps.db, date ?? dayOf(deps.clock.now())),
  )

  const shown = {
    ...operatorOperation(
      TAG,
      'showDelivery',
      'Whether emails are being sent, what is queued, and whether workers are running',
    ),
    response: { 200: schemas.delivery, ...operatorFaults() },
  }
  api.get('/api/delivery', { schema: shown }, () => loadDeliveryJson(deps))

  const response = { 200: schemas.changedDelivery, ...changeFaults() }
  const paused = {
    ...operatorOperation(TAG, 'pauseDelivery', 'Stop sending in every process until resumed'),
    body: schemas.deliveryPause,
    response,
  }
  api.post('/api/delivery/pause', { schema: paused }, async ({ body }) => {
    const { reason, dryRun } = body ?? { dryRun: false }
    const { delivery } = await runApiChange(deps, { verb: 'delivery pause', dryRun }, async (txDeps) => {
      const changed = await pauseDelivery(txDeps, { reason })
      return { unchanged: !changed, delivery: await loadDeliveryJson(txDeps) }
    })
    return { dryRun, delivery }
  })

  const resumed = {
    ...operatorOperation(TAG, 'resumeDelivery', 'Resume sending'),
    body: schemas.deliveryResume,
    response,
  }
  api.post('/api/delivery/resume', { schema: resumed }, async ({ body }) => {
    const { moved, dryRun } = body ?? { moved: false, dryRun: false }
    const delivery = await runApiChange(deps, { verb: 'delivery resume', dryRun }, async (txDeps) => {
      await resumeDelivery(txDeps, { moved })
      return loadDeliveryJson(txDeps)
    })
    return { dryRun, delivery }
  })
}

const loadDeliveryJson = async (deps: Deps) => jsonOfDeliveryReport(await deliveryReport(deps))
