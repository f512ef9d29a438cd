import { dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { books } from '../../digests/books.repo.ts'
import { deliveryReport, jsonOfReport } from '../../operator/delivery-report.ts'
import { pauseDelivery, resumeDelivery } from '../../operator/delivery-switch.ts'
import type { Site } from '../site.ts'
import * as schemas from './schemas/operation.ts'
import { type Api, change, changeFaults, closed, operatorFaults } from './scope.ts'

const TAG = 'delivery'

/** Whether mail goes out, and the books of a date. */
export function addDeliveryRoutes(api: Api, { deps }: Site): void {
  const counted = {
    ...closed('digests', 'showBooks', 'The totals of one local date'),
    querystring: schemas.booksQuery,
    response: { 200: schemas.books, ...operatorFaults(422) },
  }
  api.get('/api/digests/status', { schema: counted }, ({ query: { date } }) =>
    books(deps.db, date ?? dayOf(deps.clock.now())),
  )

  const shown = {
    ...closed(
      TAG,
      'showDelivery',
      'Whether emails are being sent, what is queued, and whether workers are running',
    ),
    response: { 200: schemas.delivery, ...operatorFaults() },
  }
  api.get('/api/delivery', { schema: shown }, () => answered(deps))

  const response = { 200: schemas.changedDelivery, ...changeFaults() }
  const paused = {
    ...closed(TAG, 'pauseDelivery', 'Stop sending in every process until resumed'),
    body: schemas.deliveryPause,
    response,
  }
  api.post('/api/delivery/pause', { schema: paused }, async ({ body }) => {
    const { reason, dryRun } = body ?? { dryRun: false }
    const { delivery } = await change(deps, { verb: 'delivery pause', dryRun }, async (tried) => {
      const changed = await pauseDelivery(tried, { reason })
      return { unchanged: !changed, delivery: await answered(tried) }
    })
    return { dryRun, delivery }
  })

  const resumed = {
    ...closed(TAG, 'resumeDelivery', 'Resume sending'),
    body: schemas.deliveryResume,
    response,
  }
  api.post('/api/delivery/resume', { schema: resumed }, async ({ body }) => {
    const { moved, dryRun } = body ?? { moved: false, dryRun: false }
    const delivery = await change(deps, { verb: 'delivery resume', dryRun }, async (tried) => {
      await resumeDelivery(tried, { moved })
      return answered(tried)
    })
    return { dryRun, delivery }
  })
}

const answered = async (deps: Deps) => jsonOfReport(await deliveryReport(deps))
