import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { countReturns } from '../../bounces/returned-list.repo.ts'
import { recentActions } from '../../core/action.repo.ts'
import { addDays, type Day, dayOf, midnight } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { books } from '../../digests/books.repo.ts'
import { LANES } from '../../mail/message.ts'
import { newestNotices } from '../../operator/alerts/notice.repo.ts'
import { noticeLine } from '../../operator/alerts/write-notice.ts'
import { audited } from '../../operator/audited.ts'
import {
  type DeliveryStatus,
  deliveryStatus,
  deliverySwitch,
  pauseDelivery,
  resumeDelivery,
} from '../../operator/delivery-switch.ts'
import { limitingPaces, paceText } from '../../operator/limiting-paces.ts'
import { sourceStatus } from '../../operator/source-status.ts'
import { countByState } from '../../subscribers/subscriber-lists.repo.ts'
import { read } from '../request.ts'
import type { AdminSite } from './admin-site.ts'
import { bookCells } from './book-cells.ts'
import { chartsOf, SPANS } from './charts-view.ts'
import { line } from './fields.ts'
import { classRows } from './returns-view.ts'

const NEWEST = 8
const MAX_RATES = 20
const WAITING = ['ready', 'taken', 'deferred', 'uncertain'] as const
const SAID: Record<string, string> = {
  paused: 'Delivery is paused. Emails already being sent may still go out.',
  already: 'No change: delivery was already paused.',
  held: 'No change: this database was restored or promoted, so delivery stays on hold until you resume it.',
  resumed: 'Delivery resumed.',
}

interface Asked {
  Querystring: { days?: unknown; done?: unknown }
}

/** How things stand, and stop and go. */
export function addOverviewRoutes(app: FastifyInstance, { deps, send }: AdminSite): void {
  app.get<Asked>('', async ({ query }, reply) => {
    const span = SPANS.find(({ days }) => String(days) === query.days) ?? SPANS[0]
    const today = dayOf(deps.clock.now())
    const [delivery, counted] = [await deliveryStatus(deps), await books(deps.db, today)]
    return send(reply, 'overview', {
      said: SAID[String(query.done)],
      delivery,
      waiting: waitingRows(delivery),
      paces: (await limitingPaces(deps)).slice(0, MAX_RATES).map(paceText),
      today,
      books: counted,
      cells: bookCells(counted),
      states: await countByState(deps.db),
      returned: await returnedOn(deps, addDays(today, -1)),
      sources: await sourceStatus(deps, { days: 1 }),
      notices: (await newestNotices(deps.db, { limit: NEWEST })).map((notice) => ({
        ...notice,
        text: noticeLine(notice),
      })),
      actions: await recentActions(deps.db, { limit: NEWEST }),
      span,
      spans: SPANS,
      charts: await chartsOf(deps, span),
    })
  })

  app.post('/delivery', async ({ body }, reply) => {
    const fields = read(z.object({ do: line, reason: line }), body)
    const goes = fields.do === 'resume'
    const doing = { door: 'admin', verb: `delivery ${goes ? 'resume' : 'pause'}` } as const
    const reason = fields.reason.slice(0, 200) || undefined
    const { done } = await audited(deps, doing, async (tried) => {
      if (!goes) return paused(tried, reason)
      await resumeDelivery(tried)
      return { done: 'resumed', unchanged: false }
    })
    return reply.redirect(`/admin?done=${done}`, 303)
  })
}

/** What came back on a day (UTC), as figures. */
const returnedOn = async ({ db }: Deps, day: Day) =>
  classRows(await countReturns(db, { from: midnight(day), before: midnight(addDays(day, 1)) })).map(
    ({ text, count }) => ({ state: text, count }),
  )

const waitingRows = ({ waiting }: DeliveryStatus) =>
  LANES.map((lane) => ({
    lane,
    counts: WAITING.map(
      (state) => waiting.find((one) => one.lane === lane && one.state === state)?.count ?? 0,
    ),
  }))

async function paused(deps: Deps, reason: string | undefined): Promise<{ done: string; unchanged: boolean }> {
  if (await pauseDelivery(deps, { reason })) return { done: 'paused', unchanged: false }
  return { done: (await deliverySwitch(deps)).restored ? 'held' : 'already', unchanged: true }
}
