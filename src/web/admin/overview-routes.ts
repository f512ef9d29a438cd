import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { countBounces } from '../../bounces/bounce-list.repo.ts'
import { recentActions } from '../../core/action.repo.ts'
import { addDays, type Day, dayOf, midnight } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { dayTotals } from '../../digests/reconciliation.repo.ts'
import { LANES } from '../../mail/message.ts'
import { newestAlerts } from '../../operator/alerts/alert.repo.ts'
import { alertLine } from '../../operator/alerts/write-alert.ts'
import { deliveryLimits, deliveryLimitText } from '../../operator/delivery-limits.ts'
import {
  type DeliverySummary,
  deliverySummary,
  deliverySwitch,
  pauseDelivery,
  resumeDelivery,
} from '../../operator/delivery-switch.ts'
import { sourceStatus } from '../../operator/source-status.ts'
import { withAuditLog } from '../../operator/with-audit-log.ts'
import { countByState } from '../../subscribers/subscriber-lists.repo.ts'
import { readFields } from '../request.ts'
import type { AdminSite } from './admin-site.ts'
import { CHART_SPANS, loadCharts } from './charts-view.ts'
import { dayTotalCells } from './day-total-cells.ts'
import { lineField } from './line-field.ts'
import { classRows } from './returns-view.ts'

const NEWEST = 8
const MAX_RATES = 20
const WAITING = ['ready', 'taken', 'deferred', 'uncertain'] as const
const DONE_TEXTS: Record<string, string> = {
  paused: 'Delivery is paused. Emails already being sent may still go out.',
  already: 'No change: delivery was already paused.',
  held: 'No change: this database was restored or promoted, so delivery stays on hold until you resume it.',
  resumed: 'Delivery resumed.',
}

interface Asked {
  Querystring: { days?: unknown; done?: unknown }
}

/** The overview page, and stopping and resuming delivery. */
export function addOverviewRoutes(app: FastifyInstance, { deps, send }: AdminSite): void {
  app.get<Asked>('', async ({ query }, reply) => {
    const span = CHART_SPANS.find(({ days }) => String(days) === query.days) ?? CHART_SPANS[0]
    const today = dayOf(deps.clock.now())
    const [delivery, counted] = [await deliverySummary(deps), await dayTotals(deps.db, today)]
    return send(reply, 'overview', {
      said: DONE_TEXTS[String(query.done)],
      delivery,
      waiting: waitingRows(delivery),
      paces: (await deliveryLimits(deps)).slice(0, MAX_RATES).map(deliveryLimitText),
      today,
      books: counted,
      cells: dayTotalCells(counted),
      states: await countByState(deps.db),
      returned: await returnedOn(deps, addDays(today, -1)),
      sources: await sourceStatus(deps, { days: 1 }),
      notices: (await newestAlerts(deps.db, { limit: NEWEST })).map((alert) => ({
        ...alert,
        text: alertLine(alert),
      })),
      actions: await recentActions(deps.db, { limit: NEWEST }),
      span,
      spans: CHART_SPANS,
      charts: await loadCharts(deps, span),
    })
  })

  app.post('/delivery', async ({ body }, reply) => {
    const fields = readFields(z.object({ do: lineField, reason: lineField }), body)
    const isResume = fields.do === 'resume'
    const action = { door: 'admin', verb: `delivery ${isResume ? 'resume' : 'pause'}` } as const
    const reason = fields.reason.slice(0, 200) || undefined
    const { done } = await withAuditLog(deps, action, async (txDeps) => {
      if (!isResume) return pauseByOperator(txDeps, reason)
      await resumeDelivery(txDeps)
      return { done: 'resumed', unchanged: false }
    })
    return reply.redirect(`/admin?done=${done}`, 303)
  })
}

/** Counts of the bounces and complaints of one day (UTC). */
const returnedOn = async ({ db }: Deps, day: Day) =>
  classRows(await countBounces(db, { from: midnight(day), before: midnight(addDays(day, 1)) })).map(
    ({ text, count }) => ({ state: text, count }),
  )

const waitingRows = ({ waiting }: DeliverySummary) =>
  LANES.map((lane) => ({
    lane,
    counts: WAITING.map(
      (state) => waiting.find((one) => one.lane === lane && one.state === state)?.count ?? 0,
    ),
  }))

async function pauseByOperator(
  deps: Deps,
  reason: string | undefined,
): Promise<{ done: string; unchanged: boolean }> {
  if (await pauseDelivery(deps, { reason })) return { done: 'paused', unchanged: false }
  return { done: (await deliverySwitch(deps)).restored ? 'held' : 'already', unchanged: true }
}
