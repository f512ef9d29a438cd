import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { addDays, dayOf, parseDay } from '../../core/dates.ts'
import { dayTotals } from '../../digests/reconciliation.repo.ts'
import type { DayTotals } from '../../digests/reconciliation.ts'
import { longDateWithoutYear } from '../../i18n/dates.ts'
import { DAY_TOTALS_COLUMNS, type DayTotalsColumn, dayTotalsEntries } from '../../mail/outbox/receipt.repo.ts'
import { messageReasonText } from '../../operator/message-timeline.ts'
import { day } from '../../operator/operations/fields.ts'
import { numberField } from '../request.ts'
import { type AdminSite, dayField, ROWS_PER_PAGE, takePage } from './admin-pages.ts'

const DAYS = 14
/** Years before 1000 are not accepted. */
const isDay = (text: string): boolean => day.safeParse(text).success

/** The totals of each date, and the subscribers behind each count. */
export const dayRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  const chosen = { querystring: z.object({ date: dayField }) }
  app.get('/days', { schema: chosen }, async ({ query: { date: asked } }, reply) => {
    const today = dayOf(deps.clock.now())
    const last = asked.day ?? today
    const dates = Array.from({ length: DAYS }, (_, back) => addDays(last, -back)).filter(isDay)
    const all = await Promise.all(dates.map((date) => dayTotals(deps.db, date)))
    const rows = all.map((one) => ({
      ...one,
      text: longDateWithoutYear(one.date),
      cells: dayTotalCells(one),
    }))
    const earlier = addDays(last, -DAYS)
    const view = {
      rows,
      typed: asked.typed ?? last,
      problem: asked.problem,
      today,
      titles: DAY_TOTALS_COLUMNS.map(columnTitle),
      earlier: isDay(earlier) ? earlier : '',
      later: last < today ? [addDays(last, DAYS), today].sort()[0] : '',
    }
    return send(reply, 'days', view, asked.problem ? 422 : 200)
  })

  const ofColumn = {
    params: z.object({ date: z.string(), column: z.enum(DAY_TOTALS_COLUMNS) }),
    querystring: z.object({ after: numberField() }),
  }
  app.get('/days/:date/:column', { schema: ofColumn }, async ({ params, query: { after } }, reply) => {
    const { column } = params
    const date = parseDay(params.date)
    const found = takePage(await dayTotalsEntries(deps.db, { date, column, after, most: ROWS_PER_PAGE + 1 }))
    const rows = found.rows.map((row) => ({ ...row, why: row.reason && messageReasonText(row.reason) }))
    const [text, title] = [longDateWithoutYear(date), columnTitle(column)]
    return send(reply, 'day-column', { date, text, column, title, ...found, rows })
  })
}

const TITLES: Record<DayTotalsColumn, string> = {
  due: 'Due',
  nothingMatched: 'Nothing matched',
  paused: 'Paused',
  missed: 'Missed',
  planned: 'Planned',
  accepted: 'Accepted',
  refused: 'Refused',
  gaveUp: 'Given up',
  skipped: 'Skipped',
  uncertain: 'Uncertain',
  open: 'Still open',
}

interface DayTotalCell {
  column: DayTotalsColumn
  title: string
  count: number
  /** The page that lists what is counted; empty if no page does. */
  path: string
}

const columnTitle = (column: DayTotalsColumn): string => TITLES[column]

/** The counts of a date, each with a link to what it counts. */
export const dayTotalCells = (totals: DayTotals): DayTotalCell[] =>
  DAY_TOTALS_COLUMNS.map((column) => ({
    column,
    title: TITLES[column],
    count: totals[column],
    path: totals[column] > 0 ? `/admin/days/${totals.date}/${column}` : '',
  }))
